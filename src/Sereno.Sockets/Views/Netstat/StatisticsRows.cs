using System.Text;
using Sereno.Sockets.Proc;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -s: the kernel's counters of /proc/net/{snmp,netstat,snmp6} in sentences; those it has none for by their names.</summary>
internal sealed class StatisticsRows(NetstatPage page, NetstatRequest request)
{
    private const string Snmp = "/proc/net/snmp", Extended = "/proc/net/netstat", Sctp = "/proc/net/sctp/snmp", Snmp6 = "/proc/net/snmp6";
    private const int LongestLine = 64 * 1024;

    private StatisticsTable? _table;
    private bool _shown;

    // What was printed last decides indents: a list of messages stays open until another table begins.
    private CounterKind _open;

    public void Write()
    {
        if (!WritePairs(Snmp, only: null, required: true))
            return;
        WritePairs(Extended, only: null, required: false);
        WriteList(Sctp);
    }

    public void Write6()
    {
        using (var lines = Open(Snmp6, required: true))
        {
            if (lines is null)
                return;
            WriteSnmp6(lines);
        }
        WritePairs(Snmp, only: "Tcp", required: true);
    }

    private ProcLines? Open(string path, bool required)
    {
        var lines = ProcLines.TryOpen(path, out int errno, LongestLine);
        if (lines is null && required)
            page.ComplainOf($"cannot open {path}", errno);
        return lines;
    }

    // A line of names and a line of numbers, both behind the table's name: "Udp: InDatagrams NoPorts".
    private bool WritePairs(string path, string? only, bool required)
    {
        using var lines = Open(path, required);
        if (lines is null)
            return false;
        while (lines.Next(out var line))
        {
            if (line.IsEmpty)
                continue;
            string names = Encoding.UTF8.GetString(line);
            if (!lines.Next(out line))
                break;
            string numbers = Encoding.UTF8.GetString(line);
            int namesFrom = names.IndexOf(':'), numbersFrom = numbers.IndexOf(':');
            if (namesFrom < 0 || numbersFrom < 0)
            {
                page.Complain($"Problem while parsing {path}\n");
                break;
            }
            if (only is null || names.StartsWith(only, StringComparison.Ordinal))
                WritePair(names[..namesFrom], names[(namesFrom + 1)..], numbers[(numbersFrom + 1)..]);
        }
        return true;
    }

    private void WritePair(string title, string names, string numbers)
    {
        Begin(title, ipv6: false);
        string[] values = Words(numbers);
        int i = 0;
        foreach (string name in Words(names))
            WriteCounter(name, i < values.Length ? Number(values[i++]) : 0);
    }

    // A counter a line; the part up to the 6 names the table.
    private void WriteSnmp6(ProcLines lines)
    {
        string? title = null;
        while (lines.Next(out var line))
        {
            if (Words(Encoding.UTF8.GetString(line)) is not [var name, var value, ..])
                continue;
            if (title is null || !name.Contains(title))
            {
                title = name[..(name.IndexOf('6') + 1)] is { Length: > 0 } prefix ? prefix : name;
                Begin(title, ipv6: true);
            }
            WriteCounter(name, Number(value));
        }
    }

    private void WriteList(string path)
    {
        using var lines = Open(path, required: false);
        if (lines is null)
            return;
        Begin("Sctp", ipv6: false);
        while (lines.Next(out var line))
            if (Words(Encoding.UTF8.GetString(line)) is [var name, var value, ..])
                WriteCounter(name, Number(value));
    }

    private void Begin(string title, bool ipv6)
    {
        _table = StatisticsTable.Of(title, ipv6);
        _shown = _table is null || request.Shows(_table.Transport switch
        {
            "tcp" => NetstatTables.Tcp,
            "udp" => NetstatTables.Udp,
            "sctp" => NetstatTables.Sctp,
            _ => NetstatTables.Raw,
        });
        if (_shown)
            page.Out.AppendFormat("%s:\n", page.Texts[title]);
        if (_table is not null)
            _open = CounterKind.Number;
    }

    private void WriteCounter(string name, ulong value)
    {
        if (!_shown)
            return;
        if (_table?.Find(name) is not { } counter)
        {
            if (value != 0)
                page.Out.AppendFormat("%s%s: %llu\n", Indent(_open), name, value);
            return;
        }
        if (counter.Kind == CounterKind.Static || counter.Sentence.Length == 0)
            return;
        bool listed = counter.Kind is CounterKind.Input or CounterKind.Output;
        if (listed && _open != counter.Kind)
            page.Out.AppendFormat("%s%s\n", Indent(_open), page.Texts[counter.Kind == CounterKind.Input ? "ICMP input histogram:" : "ICMP output histogram:"]);
        if (counter.Kind == CounterKind.Number || value != 0)
        {
            page.Out.Append(Indent(counter.Kind));
            page.Print(counter.Sentence, value);
            page.Out.Append('\n');
        }
        _open = counter.Kind;
    }

    private static string Indent(CounterKind kind) => kind is CounterKind.Input or CounterKind.Output ? "        " : "    ";

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    // strtoull(3) takes a sign, wraps it, and stops at what isn't a digit.
    private static ulong Number(string text)
    {
        bool negative = text.StartsWith('-');
        ulong number = ulong.TryParse(negative ? text[1..] : text, out ulong parsed) ? parsed : 0;
        return negative ? unchecked(0 - number) : number;
    }
}
