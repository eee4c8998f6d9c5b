using Sereno.Linux;
using Sereno.Sockets.Diag;

namespace Sereno.Sockets.Views;

/// <summary>ss -s: how many sockets of each kind, from /proc/net/{sockstat,sockstat6,snmp}.</summary>
public static class SsSummary
{
    public static void Write(ProcFiles files, Stream output, Action<string> complain)
    {
        var counts = new Dictionary<string, int>();
        if (!Read(counts, files.PathOf("sockstat"), out string error))
            complain($"ss: get_sockstat: {error}");
        else
            Read(counts, files.PathOf("sockstat6"), out _);
        if (Established(files, out string snmpError) is not int established)
        {
            complain($"ss: get_snmpstat: {snmpError}");
            established = 0;
        }
        int Of(string name) => counts.GetValueOrDefault(name);
        int tcp = Of("TCP inuse"), tcp6 = Of("TCP6 inuse"), waiting = Of("TCP tw"), total = Of("TCP alloc");
        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"Total: {Of("sockets used")}");
        text.WriteLine($"TCP:   {total + waiting} (estab {established}, closed {total - (tcp + tcp6 - waiting)}, orphaned {Of("TCP orphan")}, timewait {waiting})");
        text.WriteLine();
        text.WriteLine("Transport Total     IP        IPv6");
        int udp = Of("UDP inuse"), udp6 = Of("UDP6 inuse"), raw = Of("RAW inuse"), raw6 = Of("RAW6 inuse");
        Row(text, "RAW", raw, raw6);
        Row(text, "UDP", udp, udp6);
        Row(text, "TCP", tcp, tcp6);
        Row(text, "INET", raw + udp + tcp, raw6 + udp6 + tcp6);
        Row(text, "FRAG", Of("FRAG inuse"), Of("FRAG6 inuse"));
        text.WriteLine();
        output.Write(System.Text.Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static void Row(TextWriter text, string name, int ipv4, int ipv6) =>
        text.WriteLine($"{name}\t  {ipv4 + ipv6,-9} {ipv4,-9} {ipv6,-9}");

    // "TCP: inuse 5 orphan 0 tw 2 alloc 9 mem 1" gives "TCP inuse" = 5 and so on.
    private static bool Read(Dictionary<string, int> counts, string path, out string error)
    {
        if (!TryRead(path, out string text, out error))
            return false;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 1; i + 1 < words.Length; i += 2)
                if (int.TryParse(words[i + 1], out int count))
                    counts[$"{words[0].TrimEnd(':')} {words[i]}"] = count;
        }
        return true;
    }

    private static int? Established(ProcFiles files, out string error)
    {
        if (!TryRead(files.PathOf("snmp"), out string text, out error))
            return null;
        string[][] tcp = [.. text.Split('\n').Where(l => l.StartsWith("Tcp:")).Select(l => l.Split(' '))];
        int column = tcp.Length == 2 ? Array.IndexOf(tcp[0], "CurrEstab") : -1;
        if (column > 0 && column < tcp[1].Length && int.TryParse(tcp[1][column], out int established))
            return established;
        error = Errno.Text(Sereno.Linux.Headers.libc.ESRCH);
        return null;
    }

    private static bool TryRead(string path, out string text, out string error)
    {
        using var file = Files.TryOpen(path, 0, out int errno);
        text = file is null ? "" : Files.TryReadText(path) ?? "";
        error = Errno.Text(errno);
        return file is not null;
    }
}
