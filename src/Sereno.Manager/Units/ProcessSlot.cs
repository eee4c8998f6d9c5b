namespace Sereno.Manager.Units;

/// <summary>The Exec settings of a service, in the order of a life.</summary>
public enum ExecSection { ExecCondition, ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop, ExecStopPost }

/// <summary>A process that a service waits for: asked for (pid 0), running, or none.</summary>
public sealed class ProcessSlot
{
    /// <summary>The spawn request's id while it is unanswered.</summary>
    public ulong SpawnId { get; set; }
    public int Pid { get; set; }
    public ExecSection Section { get; set; }
    public int Index { get; set; }

    /// <summary>Asked for or running.</summary>
    public bool IsAlive => SpawnId != 0 || Pid != 0;

    public void Clear() => (SpawnId, Pid) = (0, 0);
}

/// <summary>What became of one command: systemctl's <c>code=exited, status=0/SUCCESS</c>.</summary>
public sealed record CommandStatus(Timestamp Started, Timestamp Ended, int Pid, ProcessExit? Exit);

/// <summary>Which command of a service a status belongs to.</summary>
public readonly record struct CommandKey(ExecSection Section, int Index);
