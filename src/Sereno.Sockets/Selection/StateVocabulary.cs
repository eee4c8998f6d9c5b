using System.Text;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Selection;

/// <summary>Every spelling of the TCP states that people meet: RFC 9293's, ss's, netstat's, Windows' and Spanish ones, in
/// any case and with any separators; and names for sets of them.</summary>
public static class StateVocabulary
{
    /// <summary>Reads the name of one state.</summary>
    public static TcpState? StateOf(string word) => Letters(word) switch
    {
        "established" or "estab" or "est" or "establecido" or "establecida" or "conectado" => TcpState.Established,
        "synsent" or "synenviado" => TcpState.SynSent,
        "synreceived" or "synrecv" or "synrcv" or "synrcvd" or "synrecibido" => TcpState.SynReceived,
        "finwait1" or "finespera1" or "esperafin1" or "esperadefin1" => TcpState.FinWait1,
        "finwait2" or "finespera2" or "esperafin2" or "esperadefin2" => TcpState.FinWait2,
        "timewait" or "tiempoespera" or "tiempodeespera" or "esperatiempo" => TcpState.TimeWait,
        "close" or "closed" or "unconn" or "unconnected" or "cerrado" or "cerrada" => TcpState.Close,
        "closewait" or "esperacierre" or "esperadecierre" or "cierreespera" => TcpState.CloseWait,
        "lastack" or "ultimoack" => TcpState.LastAck,
        "listen" or "listening" or "escucha" or "escuchar" or "escuchando" or "alaescucha" => TcpState.Listen,
        "closing" or "cerrando" => TcpState.Closing,
        "boundinactive" or "bound" or "enlazadoinactivo" or "enlazadoeinactivo" or "enlazado" => TcpState.BoundInactive,
        _ => null,
    };

    /// <summary>Reads the name of a state, of a phase, or of one of ss's sets (all, connected, synchronized, bucket, big).</summary>
    public static TcpStates? SetOf(string word) => StateOf(word) is { } state ? SetOf(state) : PhaseOf(word) is { } phase ? phase.States() : Letters(word) switch
    {
        "all" or "todos" => TcpStates.All | TcpStates.BoundInactive,
        "connected" => TcpStates.Connected & ~TcpStates.Unknown,
        "synchronized" => TcpStates.Synchronized & ~TcpStates.Unknown,
        "bucket" => TcpStates.Bucket,
        "big" => TcpStates.Big & ~TcpStates.Unknown,
        _ => null,
    };

    public static TcpStates SetOf(TcpState state) => (TcpStates)(1u << (int)state);

    /// <summary>Reads the name of a phase.</summary>
    public static TcpPhase? PhaseOf(string word) => Letters(word) switch
    {
        "establish" or "establecer" or "establecimiento" => TcpPhase.Establish,
        "transmit" or "transmitir" or "transmision" => TcpPhase.Transmit,
        "finish" or "finalizar" or "finalizacion" => TcpPhase.Finish,
        _ => null,
    };

    /// <summary>Lower-case letters and digits alone, without accents.</summary>
    internal static string Letters(string word)
    {
        var letters = new StringBuilder(word.Length);
        foreach (char c in word)
            if (Plain(char.ToLowerInvariant(c)) is var plain && char.IsLetterOrDigit(plain))
                letters.Append(plain);
        return letters.ToString();
    }

    private static char Plain(char c) => c switch { 'á' => 'a', 'é' => 'e', 'í' => 'i', 'ó' => 'o', 'ú' or 'ü' => 'u', _ => c };
}
