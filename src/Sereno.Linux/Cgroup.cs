using System.Globalization;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A folder of the cgroup v2 hierarchy (cgroups(7)). None of this is there to be relied on: probe first.</summary>
public sealed class Cgroup
{
    private static readonly string[] s_mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

    /// <param name="folder">Its path in the file system, without a slash at its end.</param>
    public Cgroup(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Where cgroup v2 is mounted: at the usual place, or under it beside v1 ("hybrid"). Null when nowhere.</summary>
    public static string? Mount => s_mount ??= s_mounts.FirstOrDefault(m => File.Exists($"{m}/cgroup.controllers"));

    // Where it has been found it stays.
    private static string? s_mount;

    /// <summary>The path of a process in the hierarchy, from the line "0::" of /proc/PID/cgroup. Null when it has none.</summary>
    /// <param name="pid">0 is ourselves.</param>
    public static string? PathOf(int pid = 0)
    {
        try
        {
            foreach (string line in File.ReadLines(pid == 0 ? "/proc/self/cgroup" : $"/proc/{pid}/cgroup"))
                if (line.StartsWith("0::", StringComparison.Ordinal))
                    return line[3..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc, or the process is gone.
        }
        return null;
    }

    /// <summary>
    /// Our own cgroup if children may be made in it and processes moved there, else null and the reason. It tries: an empty
    /// folder is made and removed, because permissions don't tell (read-only mounts, namespaces, a cgroup above the namespace's root).
    /// </summary>
    public static Cgroup? Writable(out string reason)
    {
        reason = "cgroup v2 is not mounted";
        if (Mount is not { } mount)
            return null;
        reason = "this process is in no cgroup v2";
        if (PathOf() is not { } path)
            return null;
        reason = $"the own cgroup {path} is outside of the cgroup namespace";
        if (path.StartsWith("/..", StringComparison.Ordinal))
            return null;
        var own = new Cgroup(path == "/" ? mount : mount + path);
        try
        {
            var probe = own.Create($"sereno-probe-{Self.Pid}");
            probe.Remove();
            reason = "";
            return own;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>A child of this cgroup, made if it isn't there.</summary>
    /// <param name="name">May have slashes: every level is made.</param>
    public Cgroup Create(string name) => Create(name, out _);

    /// <param name="isNew">It wasn't there.</param>
    public Cgroup Create(string name, out bool isNew)
    {
        string folder = $"{Folder}/{name}";
        isNew = Files.MakeFolder(folder, out int errno);
        if (!isNew && errno != libc.EEXIST)
        {
            Directory.CreateDirectory(folder); // a level above it isn't there yet, or it says why not
            isNew = true;
        }
        return new(folder);
    }

    public bool Exists => Directory.Exists(Folder);

    /// <summary>For <see cref="Spawner"/>: a process can start in it.</summary>
    public Fd Open() => Files.OpenFolder(Folder);

    /// <summary>Removes it and the empty ones below it.</summary>
    /// <returns>False while it has processes (EBUSY).</returns>
    public bool Remove()
    {
        // rmdir(2) takes the kernel's files along.
        if (Files.RemoveFolder(Folder, out int errno) || errno == libc.ENOENT)
            return true;
        if (errno != libc.EBUSY || FileStatus.Of(Folder) is not { Links: > 2 })
            return false;
        bool empty = true;
        foreach (string child in Directory.EnumerateDirectories(Folder))
            empty &= new Cgroup(child).Remove();
        return empty && (Files.RemoveFolder(Folder, out errno) || errno == libc.ENOENT);
    }

    /// <summary>The processes in it and in the ones below, as pids of our own namespace; those of another read as 0 and are left out.</summary>
    public List<int> Processes(bool recursive = true)
    {
        var pids = new List<int>();
        Collect(Folder);
        return pids;

        void Collect(string folder)
        {
            // Null: removed while we looked, or a threaded one (EOPNOTSUPP), which has its processes listed in the domain above.
            if (Files.TryReadText($"{folder}/cgroup.procs") is not { } text)
                return;
            foreach (var line in text.AsSpan().EnumerateLines())
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0)
                    pids.Add(pid);
            try
            {
                // Like any folder's, its link count tells how many are in it (inode(7)).
                if (recursive && FileStatus.Of(folder) is { Links: > 2 })
                    foreach (string child in Directory.EnumerateDirectories(folder))
                        Collect(child);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { } // removed meanwhile
        }
    }

    /// <summary>Moves a process here.</summary>
    /// <exception cref="LinuxException">EBUSY, EACCES, ESRCH: see cgroups(7).</exception>
    public void Attach(int pid) => Write("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));

    /// <summary>SIGKILL to everything in it at once, forks in flight included. False before Linux 5.14, and where it may not be written.</summary>
    public bool TryKill()
    {
        using var fd = Files.TryOpen($"{Folder}/cgroup.kill", libc.O_WRONLY, out _);
        if (fd is null)
            return false;
        fd.WriteAll("1"u8);
        return true;
    }

    /// <summary>"populated" of cgroup.events: whether any process is in it or below. False when it is gone.</summary>
    public bool Populated => Read("cgroup.events")?.Contains("populated 1", StringComparison.Ordinal) == true;

    /// <summary>inotify(7) reports Modify on this file when <see cref="Populated"/> changes.</summary>
    public string EventsFile => $"{Folder}/cgroup.events";

    /// <summary>One of its files, or null when it isn't there (the controller is off).</summary>
    public string? Read(string file) => Files.TryReadText($"{Folder}/{file}")?.TrimEnd('\n');

    /// <exception cref="LinuxException">As write(2) on the file.</exception>
    public void Write(string file, string value)
    {
        using var fd = Files.Open($"{Folder}/{file}", libc.O_WRONLY);
        fd.WriteAll(System.Text.Encoding.ASCII.GetBytes(value));
    }
}
