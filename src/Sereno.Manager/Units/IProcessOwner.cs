namespace Sereno.Manager.Units;

/// <summary>A unit that asks for processes and hears what becomes of them.</summary>
internal interface IProcessOwner
{
    void OnSpawned(ulong id, int pid);

    void OnSpawnFailed(ulong id, int stage, string cause);

    void OnExited(int pid, ProcessExit exit);
}

/// <summary>A unit with a control group that it signals and waits for.</summary>
internal interface IGroupOwner
{
    void OnGroupSignalled(int processes);

    void OnGroupEmpty();
}
