using System.Globalization;
using Sereno.Linux;

namespace Sereno.Sockets.Diagnosis;

/// <summary>Since when processes run.</summary>
public sealed class ProcessTimes
{
    // USER_HZ of every architecture that .NET runs on (proc_pid_stat(5), starttime).
    private const double TicksPerSecond = 100;

    private readonly DateTimeOffset? _boot = ReadBoot();

    /// <summary>When a process started, to a second or so; null when it is gone or /proc isn't mounted.</summary>
    public DateTimeOffset? StartOf(int pid) =>
        _boot is { } boot && ProcessTable.Stat(pid) is { } stat ? boot.AddSeconds(stat.StartTicks / TicksPerSecond) : null;

    private static DateTimeOffset? ReadBoot()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/stat"))
                if (line.StartsWith("btime ", StringComparison.Ordinal))
                    return DateTimeOffset.FromUnixTimeSeconds(long.Parse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { } // no /proc
        return null;
    }
}
