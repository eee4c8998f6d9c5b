using System.Collections.Immutable;
using Sereno.Manager.Spawn;
using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>What a socket unit runs around its opening and closing (systemd.socket(5), ExecStartPre= and its siblings).</summary>
public sealed partial class SocketUnit
{
    private readonly ProcessSlot _control = new();

    /// <summary>What the control process runs, whatever phase it is by the time of its end.</summary>
    private ExecCommand? _command;

    private ImmutableArray<ExecCommand> CommandsOf(SocketPhase phase) => Config.Commands is not { } commands ? [] : phase switch
    {
        SocketPhase.StartPre => commands.StartPre,
        SocketPhase.StartPost => commands.StartPost,
        SocketPhase.StopPre => commands.StopPre,
        SocketPhase.StopPost => commands.StopPost,
        SocketPhase.None or SocketPhase.StartChown or SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill or SocketPhase.FinalSigterm or SocketPhase.FinalSigkill => [],
    };

    /// <summary>The phase's next command, or the next phase when there is none.</summary>
    private void Run(SocketPhase phase, int index)
    {
        var commands = CommandsOf(phase);
        if (index >= commands.Length)
        {
            Advance(phase);
            return;
        }
        Enter(phase);
        _command = commands[index];
        (_control.SpawnId, _control.Pid, _control.Index) = (Core.NewSpawn(this), 0, index);
        try
        {
            var plan = PlanBuilder.Build(Name, Config.Commands!.Exec, commands[index], Core.Facts, Core.Machine, [new("INVOCATION_ID", InvocationId)]);
            Core.Emit(new SpawnProcess(_control.SpawnId, Name, InvocationId, plan, []));
        }
        catch (PlanException e)
        {
            Core.ForgetSpawn(_control.SpawnId);
            OnSpawnFailed(_control.SpawnId, e.Stage, e.Message);
        }
    }

    /// <summary>All that the phase had to do is done.</summary>
    private void Advance(SocketPhase phase)
    {
        switch (phase)
        {
            case SocketPhase.StartPre:
                Enter(SocketPhase.StartChown);
                Core.Emit(new OpenSockets(Name, Config));
                break;
            case SocketPhase.StartPost:
                EnterListening();
                break;
            case SocketPhase.StopPre or SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill:
                EnterStopPost(TriggerResult.Success);
                break;
            case SocketPhase.StopPost:
                Signal(SocketPhase.FinalSigterm, TriggerResult.Success);
                break;
            case SocketPhase.FinalSigterm or SocketPhase.FinalSigkill:
                Enter(SocketPhase.None);
                EnterDead(TriggerResult.Success);
                break;
            case SocketPhase.None or SocketPhase.StartChown:
                break;
        }
    }

    private void EnterStopPre(TriggerResult result)
    {
        Fail(result);
        Core.Emit(new WatchSockets(Name, []));
        Run(SocketPhase.StopPre, 0);
    }

    private void EnterStopPost(TriggerResult result)
    {
        Fail(result);
        Close();
        Run(SocketPhase.StopPost, 0);
    }

    /// <summary>Where nothing was ever run there is nobody to signal.</summary>
    private void Signal(SocketPhase phase, TriggerResult result)
    {
        Fail(result);
        if (Config.Commands is not { Kill: var kill })
        {
            Advance(phase);
            return;
        }
        Enter(phase);
        bool isFinal = phase is SocketPhase.StopPreSigkill or SocketPhase.FinalSigkill;
        Core.Emit(new KillGroup(Name, isFinal ? kill.FinalSignal : kill.Signal, kill.SendSighup && !isFinal, []));
    }

    private void Enter(SocketPhase phase)
    {
        var before = Active;
        Phase = phase;
        Core.Timers.Disarm(this);
        if (phase is not (SocketPhase.None or SocketPhase.StartChown) && Config.Commands is { TimeoutUsec: not ServiceDefinition.Infinity and var timeout })
            Core.Timers.Arm(this, Core.Now.After(timeout));
        if (phase != SocketPhase.None)
            Core.OnUnitStateChanged(this, before, failed: Result != TriggerResult.Success);
    }

    internal void OnTimer()
    {
        bool kills = Config.Commands?.Kill.SendSigkill == true;
        switch (Phase)
        {
            case SocketPhase.StartPre:
                Say("Starting timed out. Terminating.");
                Signal(SocketPhase.FinalSigterm, TriggerResult.Timeout);
                break;
            case SocketPhase.StartPost:
                Say("Starting timed out. Stopping.");
                EnterStopPre(TriggerResult.Timeout);
                break;
            case SocketPhase.StopPre:
                Say("Stopping timed out. Terminating.");
                Signal(SocketPhase.StopPreSigterm, TriggerResult.Timeout);
                break;
            case SocketPhase.StopPreSigterm when kills:
                Say("Stopping timed out. Killing.");
                Signal(SocketPhase.StopPreSigkill, TriggerResult.Timeout);
                break;
            case SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill:
                Say("Processes still around after SIGKILL. Ignoring.");
                EnterStopPost(TriggerResult.Timeout);
                break;
            case SocketPhase.StopPost:
                Say("Stopping timed out (2). Terminating.");
                Signal(SocketPhase.FinalSigterm, TriggerResult.Timeout);
                break;
            case SocketPhase.FinalSigterm when kills:
                Say("Stopping timed out (2). Killing.");
                Signal(SocketPhase.FinalSigkill, TriggerResult.Timeout);
                break;
            case SocketPhase.FinalSigterm or SocketPhase.FinalSigkill:
                Say("Still around after SIGKILL (2). Entering failed mode.");
                Fail(TriggerResult.Timeout);
                Advance(Phase);
                break;
            case SocketPhase.None:
                ListenAgain();
                break;
            case SocketPhase.StartChown:
                break;
        }

        void Say(string text) => Core.Log(this, LogLevel.Warning, $"{Name}: {text}");
    }

    public void OnSpawned(ulong id, int pid)
    {
        if (_control.SpawnId != id)
            return;
        (_control.SpawnId, _control.Pid) = (0, pid);
        Core.Track(pid, this);
        if (Phase is SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill or SocketPhase.FinalSigterm or SocketPhase.FinalSigkill)
            Signal(Phase, TriggerResult.Success); // it was on its way when the others were signalled
    }

    public void OnSpawnFailed(ulong id, int stage, string cause)
    {
        if (_control.SpawnId != id)
            return;
        Core.Log(this, LogLevel.Warning, $"{Name}: Failed to run {_command?.Path}: {cause}");
        Ended(_command is { IgnoreFailure: true } ? TriggerResult.Success : TriggerResult.Resources);
    }

    public void OnExited(int pid, ProcessExit exit)
    {
        if (_control.Pid != pid)
            return;
        bool clean = exit.IsClean(ExitStatusSet.Empty, daemon: false);
        Core.Log(this, clean ? LogLevel.Debug : LogLevel.Notice, $"{Name}: Control process exited, code={exit.CodeName}, status={exit.StatusName}");
        Ended(clean || _command is { IgnoreFailure: true } ? TriggerResult.Success : exit.Code switch
        {
            ExitCode.Exited => TriggerResult.ExitCode,
            ExitCode.Killed => TriggerResult.Signal,
            ExitCode.Dumped => TriggerResult.CoreDump,
        });
    }

    private void Ended(TriggerResult result)
    {
        _control.Clear();
        Fail(result);
        switch (Phase)
        {
            case SocketPhase.StartPre when result != TriggerResult.Success:
                Signal(SocketPhase.FinalSigterm, result);
                break;
            case SocketPhase.StartPost when result != TriggerResult.Success:
                EnterStopPre(result);
                break;
            case SocketPhase.StartPre or SocketPhase.StartPost or SocketPhase.StopPre or SocketPhase.StopPost:
                if (result == TriggerResult.Success)
                    Run(Phase, _control.Index + 1);
                else
                    Advance(Phase);
                break;
            case SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill or SocketPhase.FinalSigterm or SocketPhase.FinalSigkill:
                Signal(Phase, result); // the answer tells whether somebody else is left
                break;
            case SocketPhase.None or SocketPhase.StartChown:
                break;
        }
    }

    public void OnGroupSignalled(int processes)
    {
        if (processes == 0)
            OnGroupEmpty();
    }

    public void OnGroupEmpty()
    {
        if (_control.SpawnId == 0 && Phase is SocketPhase.StopPreSigterm or SocketPhase.StopPreSigkill or SocketPhase.FinalSigterm or SocketPhase.FinalSigkill)
            Advance(Phase);
    }
}
