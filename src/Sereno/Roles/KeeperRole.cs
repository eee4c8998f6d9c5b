using Sereno.Keeper;
using Sereno.Linux;

namespace Sereno.Roles;

/// <summary><c>sereno init</c>: the keeper, which starts the other two from the same executable.</summary>
public static class KeeperRole
{
    public static int Run(Instance instance, string defaultTarget, bool verbose)
    {
        if (instance.IsSystem && Answers(Instance.SystemBusPath) && !Answers(instance.BusPath))
        {
            Files.Complain($"cannot start: another manager answers at {Instance.SystemBusPath} (use --dir DIR for an instance beside it)");
            return 1;
        }
        try
        {
            instance.Create();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Files.Complain($"cannot create {instance.RuntimeFolder} and {instance.LogFolder}: {(e is UnauthorizedAccessException ? "Permission denied" : e.Message)}");
            return 1;
        }
        return KeeperLoop.Run(new KeeperOptions
        {
            Executable = Environment.ProcessPath ?? "/proc/self/exe",
            ManagerArguments =
            [
                RoleNames.Manager, .. instance.Arguments, .. instance.UnitPath is { } path ? (string[])["--unit-path", path] : [],
                "--default", defaultTarget, .. verbose ? (string[])["--verbose"] : [],
            ],
            JournalArguments = [RoleNames.Journal, .. instance.Arguments],
            LockPath = instance.LockPath,
            ManagerLog = new Journal.StreamMetadata("init.scope", "sereno", ManagerStream: true).Encode(),
        });
    }

    private static bool Answers(string path)
    {
        using var socket = UnixSocket.Create(UnixSocketType.Stream);
        try
        {
            socket.Connect(path);
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}

/// <summary>How the keeper calls its roles; nobody types these.</summary>
public static class RoleNames
{
    public const string Manager = "manager-role", Journal = "journal-role";
}
