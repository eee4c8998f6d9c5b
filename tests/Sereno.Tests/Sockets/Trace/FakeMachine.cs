using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;

namespace Sereno.Tests.Sockets.Trace;

/// <summary>A machine whose processes and sockets a test says.</summary>
internal sealed class FakeMachine : ITraceMachine
{
    public const ulong Here = 4026531840, Elsewhere = 4026532001;

    public Dictionary<int, (string Name, string? Unit, ulong Namespace)> Processes { get; } = [];
    public HashSet<int> KernelThreads { get; } = [];
    public List<SocketRecord> Sockets { get; } = [];
    public int Lookups { get; private set; }

    public ulong OurNamespace => Here;

    public bool TryFind(in TcpTuple tuple, out SocketRecord socket)
    {
        Lookups++;
        var wanted = tuple;
        int i = Sockets.FindIndex(s => TcpTuple.Of(s) == wanted);
        socket = i < 0 ? default : Sockets[i];
        return i >= 0;
    }

    /// <summary>Sockets that a dump passes by.</summary>
    public HashSet<ulong> Overlooked { get; } = [];

    public bool DumpsAreConsistent { get; set; } = true;

    public bool TryDump(TcpStates states, out ReadOnlySpan<SocketRecord> sockets)
    {
        sockets = Sockets.Where(s => ((uint)states & 1u << (int)s.State) != 0 && !Overlooked.Contains(s.Cookie)).ToArray();
        return DumpsAreConsistent;
    }

    public string? NameOf(int pid) => Processes.TryGetValue(pid, out var p) ? p.Name : null;

    public string? UnitOf(int pid) => Processes.TryGetValue(pid, out var p) ? p.Unit : null;

    public string? UnitOfCgroup(ulong cgroupId) => cgroupId == 0 ? null : $"cgroup{cgroupId}.service";

    public void Forget(int pid) { }

    public bool IsKernelThread(int pid) => KernelThreads.Contains(pid);

    public ulong? NamespaceOf(int pid, int tid) => Processes.TryGetValue(pid, out var p) ? p.Namespace : null;
}
