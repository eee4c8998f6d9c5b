using Sereno.Journal.Format;
using Sereno.Journal.Intake;
using Sereno.Journal.Keep;
using Sereno.Linux;

namespace Sereno.Roles;

/// <summary>The journal as the keeper starts it; its arguments are ours, not a person's.</summary>
public static class JournalRole
{
    public static int Run(ReadOnlySpan<string> arguments) =>
        JournalLoop.Run(new UnixSocket(new Fd(3)), OptionsOf(Instance.Resolve(arguments is ["--dir", var folder] ? folder : null, null)));

    /// <summary>Where an instance's journal is, and how it is kept.</summary>
    public static JournalOptions OptionsOf(Instance instance)
    {
        string machine = HostIds.Machine == 0 ? "" : Id128.Format(HostIds.Machine);
        var options = new JournalOptions
        {
            PersistentFolder = instance.IsSystem ? $"{instance.LogFolder}/{machine}" : instance.LogFolder,
            VolatileFolder = instance.IsSystem ? $"{instance.VolatileLogFolder}/{machine}" : instance.VolatileLogFolder,
            RuntimeFolder = instance.RuntimeFolder,
            IsSystem = instance.IsSystem,
            AwaitsFlush = instance.IsSystem && WillBeFlushed(),
            FlushedFile = instance.IsSystem ? "/run/systemd/journal/flushed" : "",
            ToSyslog = new(IsOn: instance.IsSystem), // as Debian has it: its syslog daemons read what the journal forwards
            ToWall = new(IsOn: instance.IsSystem, MaxLevel: 0),
            Storage = instance.IsSystem ? JournalStorage.Auto : JournalStorage.Persistent,
            Split = instance.IsSystem ? JournalSplit.Uid : JournalSplit.None,
        };
        return JournalConfiguration.Read(ConfigurationOf(instance), options);
    }

    /// <summary>Whether a unit will ask for the flush at boot (systemd-journal-flush.service(8)).</summary>
    private static bool WillBeFlushed()
    {
        const string name = "systemd-journal-flush.service";
        string[] folders = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
        return folders.Any(f => File.Exists($"{f}/sysinit.target.wants/{name}")) && folders.Select(f => new FileInfo($"{f}/{name}")).FirstOrDefault(f => f.Exists) is { LinkTarget: not "/dev/null" };
    }

    private static IEnumerable<string> ConfigurationOf(Instance instance)
    {
        string name = "journald.conf";
        string[] folders = instance.IsSystem ? ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"]
            : instance.Folder is { } folder ? [$"{folder}/etc"] : [$"{instance.Specifiers.ConfigurationRoot}/sereno"];
        yield return $"{folders[0]}/{name}";
        // Of drop-ins with one name the first folder's counts; all together are read in the order of their names (systemd.syntax(7)).
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string place in folders.Where(f => Directory.Exists($"{f}/{name}.d")))
            foreach (string path in Directory.EnumerateFiles($"{place}/{name}.d", "*.conf"))
                found.TryAdd(Path.GetFileName(path), path);
        foreach (string path in found.Values)
            yield return path;
    }
}
