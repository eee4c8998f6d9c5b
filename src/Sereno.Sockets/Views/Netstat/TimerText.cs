using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>The -o column: keepalive (12.34/0/0) is 12.34 s, no retransmissions, no unanswered probes.</summary>
internal sealed class TimerText
{
    private const int TicksPerSecond = 1000 / ProcInet.TickMilliseconds;

    private readonly NetstatTexts _texts;
    private readonly string[][] _tcp;
    private readonly string[] _off;

    public TimerText(NetstatTexts texts)
    {
        _texts = texts;
        _off = Pieces("off (0.00/%ld/%d)");
        _tcp = [_off, Pieces("on (%2.2f/%ld/%d)"), Pieces("keepalive (%2.2f/%ld/%d)"), Pieces("timewait (%2.2f/%ld/%d)"), Pieces("probe (%2.2f/%ld/%d)")];
    }

    public void Append(Utf8Buffer output, SocketProtocol protocol, in ProcInetDetail detail)
    {
        bool tcp = protocol == SocketProtocol.Tcp;
        // What a datagram socket retransmits is never shown.
        long retransmits = tcp ? (long)detail.Retransmits : 0;
        if (detail.Timer == 0)
            AppendCounts(output, _off, retransmits, (int)detail.Probes);
        else if (tcp && detail.Timer < _tcp.Length)
        {
            var pieces = _tcp[detail.Timer];
            output.Append(pieces[0]);
            AppendSeconds(output, detail.TimerTicks);
            AppendCounts(output, pieces.AsSpan(1), retransmits, (int)detail.Probes);
        }
        else
            output.AppendFormat(_texts[!tcp && detail.Timer <= 2 ? "on%d (%2.2f/%ld/%d)" : "unkn-%d (%2.2f/%ld/%d)"],
                (int)detail.Timer, $"{detail.TimerTicks / TicksPerSecond}{_texts.RadixCharacter}{detail.TimerTicks % TicksPerSecond:00}", retransmits, (int)detail.Probes);
    }

    private void AppendSeconds(Utf8Buffer output, ulong ticks)
    {
        output.Append((long)(ticks / TicksPerSecond));
        output.Append(_texts.RadixCharacter);
        output.Append((char)('0' + ticks % TicksPerSecond / 10));
        output.Append((char)('0' + ticks % 10));
    }

    private static void AppendCounts(Utf8Buffer output, ReadOnlySpan<string> pieces, long retransmits, int probes)
    {
        output.Append(pieces[0]);
        output.Append(retransmits);
        output.Append(pieces[1]);
        output.Append(probes);
        output.Append(pieces[2]);
    }

    // Numbers go between the pieces: a row costs no parsing of formats and no strings.
    private string[] Pieces(string message) => _texts[message].Split(["%2.2f", "%ld", "%d"], StringSplitOptions.None);
}
