using Sereno.Linux;
using Sereno.Manager;
using Sereno.Tmpfiles;
using Sereno.Units.Model;
using Sereno.Verbs;

namespace Sereno.Roles;

/// <summary>What a machine that we boot needs before its first service: accounts, files, and somebody who listens on /dev/log.</summary>
public sealed partial class ManagerHost
{
    private DevLog? _devLog;

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

    /// <param name="held">The socket of the manager before.</param>
    private void OpenDevLog(Fd? held)
    {
        if (!OwnsMachine || DevLog.TryOpen(held, message => Log(null, LogLevel.Warning, message)) is not { } log)
            return;
        _devLog = log;
        _keeper.Hold(DevLog.Name, [log.Fd]);
        _loop.Watch(log.Fd, Readiness.Read, _ => OnSyslog());
    }

    private void OnSyslog()
    {
        for (int i = 0; i < 64 && _devLog!.Receive() is { } line; i++)
            Log(_core.ServiceOf(line.Sender)?.Name ?? _groups.UnitOf(line.Sender), line.Level, line.Text);
    }
}
