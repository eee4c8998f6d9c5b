using System.Globalization;
using System.Text;

namespace Sereno.Linux;

/// <summary>One line of /proc/PID/stat (proc_pid_stat(5)).</summary>
/// <param name="State">R, S, D, Z, T...</param>
/// <param name="StartTicks">Since boot, in clock ticks: with the pid it names a process for good.</param>
public readonly record struct ProcessStat(int Pid, string Comm, char State, int Parent, int Group, int Session, ulong StartTicks);

/// <summary>
/// A snapshot of the processes in /proc, to find what belongs to a unit where there is no cgroup: descendants by parent,
/// members of a session, and carriers of an INVOCATION_ID. A snapshot is never the truth: hold a pidfd and look again before you signal.
/// </summary>
public sealed class ProcessTable
{
    private readonly Dictionary<int, ProcessStat> _byPid = [];

    public IReadOnlyDictionary<int, ProcessStat> Processes => _byPid;

    public static ProcessTable Take()
    {
        var table = new ProcessTable();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && Stat(pid) is { } stat)
                table._byPid[pid] = stat;
        return table;
    }

    /// <summary>Null when the process is gone.</summary>
    public static ProcessStat? Stat(int pid) => TryRead($"/proc/{pid}/stat") is { } bytes ? Parse(bytes) : null;

    /// <summary>Decodes a line of /proc/PID/stat. The name may have spaces and parentheses: only its last one ends it.</summary>
    public static ProcessStat? Parse(ReadOnlySpan<byte> line)
    {
        int open = line.IndexOf((byte)'('), close = line.LastIndexOf((byte)')');
        if (open < 1 || close < open || !int.TryParse(line[..open].Trim((byte)' '), out int pid))
            return null;
        var fields = Encoding.ASCII.GetString(line[(close + 1)..]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // fields[0] is the third of the file, the state.
        return fields.Length > 19 && int.TryParse(fields[1], out int parent) && int.TryParse(fields[2], out int group)
            && int.TryParse(fields[3], out int session) && ulong.TryParse(fields[19], out ulong start)
            ? new(pid, Encoding.UTF8.GetString(line[(open + 1)..close]), fields[0][0], parent, group, session, start)
            : null;
    }

    public IEnumerable<int> Children(int pid) => _byPid.Values.Where(p => p.Parent == pid).Select(p => p.Pid);

    /// <summary>Everything below a process, parents before children, without itself.</summary>
    public List<int> Descendants(int pid)
    {
        var byParent = _byPid.Values.ToLookup(p => p.Parent, p => p.Pid);
        var found = new List<int>(byParent[pid]);
        for (int i = 0; i < found.Count; i++)
            found.AddRange(byParent[found[i]]);
        return found;
    }

    public IEnumerable<int> InSession(int session) => _byPid.Values.Where(p => p.Session == session).Select(p => p.Pid);

    /// <summary>
    /// Processes that started with this variable of this value, as INVOCATION_ID=... (systemd.exec(5)): it survives double
    /// forks and setsid(2), unless the program changes its environment before it executes another one.
    /// </summary>
    public IEnumerable<int> WithEnvironment(string variable, string value)
    {
        var wanted = Encoding.UTF8.GetBytes($"{variable}={value}");
        return _byPid.Keys.Where(pid => HasEnvironment(pid, wanted));
    }

    /// <summary>Null when the process is gone, a zombie, or not ours to look at.</summary>
    public static string? Environment(int pid, string variable)
    {
        if (TryRead($"/proc/{pid}/environ") is not { } bytes)
            return null;
        var prefix = Encoding.UTF8.GetBytes(variable + "=");
        foreach (var range in bytes.AsSpan().Split((byte)0))
            if (bytes.AsSpan(range).StartsWith(prefix))
                return Encoding.UTF8.GetString(bytes.AsSpan(range)[prefix.Length..]);
        return null;
    }

    private static bool HasEnvironment(int pid, byte[] wanted)
    {
        if (TryRead($"/proc/{pid}/environ") is not { } bytes)
            return false;
        foreach (var range in bytes.AsSpan().Split((byte)0))
            if (bytes.AsSpan(range).SequenceEqual(wanted))
                return true;
        return false;
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // gone meanwhile (ENOENT, ESRCH), or somebody else's
        }
    }
}
