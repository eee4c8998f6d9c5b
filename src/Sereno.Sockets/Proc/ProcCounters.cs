using System.Text;

namespace Sereno.Sockets.Proc;

/// <summary>The kernel's SNMP counters by name: "Tcp.ActiveOpens" of /proc/net/snmp, "Udp6InDatagrams" of snmp6.</summary>
public static class ProcCounters
{
    private const int LongestLine = 64 * 1024;

    /// <summary>Everything in both files; what isn't there isn't counted by this kernel.</summary>
    public static Dictionary<string, long> Read()
    {
        var counters = new Dictionary<string, long>();
        using (var lines = ProcLines.TryOpen("/proc/net/snmp", out _, LongestLine))
            while (lines is not null && lines.Next(out var line))
            {
                string[] names = Words(line);
                if (!lines.Next(out line))
                    break;
                string[] numbers = Words(line);
                for (int i = 1; i < Math.Min(names.Length, numbers.Length); i++)
                    if (long.TryParse(numbers[i], out long number))
                        counters[names[0].TrimEnd(':') + "." + names[i]] = number;
            }
        using (var lines = ProcLines.TryOpen("/proc/net/snmp6", out _))
            while (lines is not null && lines.Next(out var line))
                if (Words(line) is [var name, var text] && long.TryParse(text, out long number))
                    counters[name] = number;
        return counters;
    }

    private static string[] Words(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
