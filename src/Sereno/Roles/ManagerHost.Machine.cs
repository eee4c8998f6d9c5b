using Sereno.Linux;
using Sereno.Manager;
using Sereno.Tmpfiles;
using Sereno.Units.Model;
using Sereno.Verbs;

namespace Sereno.Roles;

/// <summary>What a machine that we boot needs before its first service: accounts and files.</summary>
public sealed partial class ManagerHost
{
    /// <summary>The keeper is PID 1: nobody else has prepared anything.</summary>
    private bool OwnsMachine => _instance.IsSystem && Self.ParentPid == 1;

    /// <summary>Debian's own units do it where they are installed (systemd-sysusers.service, systemd-tmpfiles-setup.service).</summary>
    private void PrepareMachine()
    {
        if (!OwnsMachine)
            return;
        Prepare("systemd-sysusers.service", say => SysusersVerb.Run("", [], dryRun: false, areLines: false, say));
        // /dev is the kernel's and udev's (systemd-tmpfiles-setup.service(8)).
        Prepare("systemd-tmpfiles-setup.service", say => TmpfilesVerb.Run(
            new() { Operations = TmpfilesOperations.Create | TmpfilesOperations.Remove, Boot = true, ExcludedPrefixes = ["/dev"] }, [], say));
    }

    private void Prepare(string unit, Action<Action<string>> work)
    {
        if (_files.Load(UnitName.Parse(unit)).LoadState == LoadState.Loaded)
            return;
        try
        {
            work(message => Log(null, LogLevel.Notice, message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log(null, LogLevel.Error, $"cannot do the work of {unit}: {e.Message}"); // a machine without it may still come up
        }
    }
}
