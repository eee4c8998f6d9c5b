using Sereno.Sockets.Trace;

namespace Sereno.Sockets.Views;

/// <summary>What a person reads in the table of a trace. States are the same in every language.</summary>
public sealed record TraceText
{
    /// <summary>time, unit, process, local, peer, state, phase, duration, sent, received.</summary>
    public required IReadOnlyList<string> Headings { get; init; }

    /// <summary>establish, transmit, finish.</summary>
    public required IReadOnlyList<string> Phases { get; init; }

    public required string Hidden { get; init; }

    /// <summary>What a source is and what it misses, by <see cref="TraceSourceKind"/>.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>{0}: why a better source can't be had.</summary>
    public required string Refused { get; init; }

    /// <summary>{0}: events shown, {1}: connections that ended.</summary>
    public required string Summary { get; init; }

    /// <summary>{0}: how many.</summary>
    public required string LostEvents { get; init; }
    public required string LostEnds { get; init; }

    public string Of(ConnectionPhase phase) => Phases[(int)phase];

    public static TraceText En { get; } = new()
    {
        Headings = ["TIME", "UNIT", "PROCESS", "LOCAL", "PEER", "STATE", "PHASE", "DURATION", "SENT", "RECEIVED"],
        Phases = ["establish", "transmit", "finish"],
        Hidden = "(hidden)",
        Sources =
        [
            "source: perf (tracepoint): every change as it happens; only what becomes of TIME-WAIT is looked up once a second",
            "source: destroy (netlink) and dumps: states between two dumps are missed, and of connections shorter than that all but the end",
            "source: poll (dumps): connections that live between two dumps are missed, and byte counts",
        ],
        Refused = "not by a better source: {0}",
        Summary = "{0} changes, {1} connections ended",
        LostEvents = "{0} records lost: the kernel's buffer was full; some changes are missing",
        LostEnds = "messages of ended connections were lost {0} times: some byte counts are missing",
    };

    public static TraceText Es { get; } = new()
    {
        Headings = ["HORA", "UNIDAD", "PROCESO", "LOCAL", "PAR", "ESTADO", "FASE", "DURACIÓN", "ENVIADO", "RECIBIDO"],
        Phases = ["establecer", "transmitir", "finalizar"],
        Hidden = "(oculto)",
        Sources =
        [
            "fuente: perf (tracepoint): cada cambio según ocurre; solo lo que sigue a TIME-WAIT se consulta una vez por segundo",
            "fuente: destroy (netlink) y listados: faltan los estados entre dos listados y, de las conexiones más breves, todo salvo el final",
            "fuente: poll (listados): faltan las conexiones que viven entre dos listados, y los bytes",
        ],
        Refused = "no con una fuente mejor: {0}",
        Summary = "{0} cambios, {1} conexiones terminadas",
        LostEvents = "{0} registros perdidos: el búfer del núcleo estaba lleno; faltan cambios",
        LostEnds = "se perdieron {0} veces mensajes de conexiones terminadas: faltan algunas cuentas de bytes",
    };

    /// <summary>By a language tag or locale ("es", "es_ES.UTF-8"); English for any other.</summary>
    public static TraceText For(string? language) => language?.StartsWith("es", StringComparison.OrdinalIgnoreCase) == true ? Es : En;
}
