using Sereno.Keeper;

namespace Sereno.Roles;

/// <summary><c>sereno init</c>: the keeper, which starts the other two from the same executable.</summary>
public static class KeeperRole
{
    public static int Run(Instance instance, string defaultTarget, bool verbose)
    {
        instance.Create();
        return KeeperLoop.Run(new KeeperOptions
        {
            Executable = Environment.ProcessPath ?? "/proc/self/exe",
            ManagerArguments =
            [
                RoleNames.Manager, .. instance.Arguments, .. instance.UnitPath is { } path ? (string[])["--unit-path", path] : [],
                "--default", defaultTarget, .. verbose ? (string[])["--verbose"] : [],
            ],
            JournalArguments = [RoleNames.Journal, instance.LogFolder],
            LockPath = instance.LockPath,
            ManagerLog = new Journal.StreamMetadata("init.scope", "sereno", ManagerStream: true).Encode(),
        });
    }
}

/// <summary>How the keeper calls its roles; nobody types these.</summary>
public static class RoleNames
{
    public const string Manager = "manager-role", Journal = "journal-role";
}
