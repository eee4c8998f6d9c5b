using System.Globalization;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>This machine, as the thread that makes it sees it: the network namespace is that thread's.</summary>
public sealed class LinuxTraceMachine(IUnitResolver? units) : ITraceMachine, IDisposable
{
    private const ulong PfKthread = 0x00200000; // include/linux/sched.h
    private readonly SocketLookup _lookup = new();

    public ulong OurNamespace { get; } = Namespace.InodeOf("/proc/thread-self/ns/net") ?? 0;

    public bool TryFind(in TcpTuple tuple, out SocketRecord socket) =>
        _lookup.TryFind(tuple.Local, tuple.LocalPort, tuple.Remote, tuple.RemotePort, out socket);

    public bool TryDump(TcpStates states, out ReadOnlySpan<SocketRecord> sockets)
    {
        var dump = new SocketDump();
        dump.Add(ipv4: true, SocketProtocol.Tcp, states);
        dump.Add(ipv4: false, SocketProtocol.Tcp, states);
        sockets = dump.Records;
        return !dump.Inconsistent;
    }

    public string? NameOf(int pid) => Read($"/proc/{pid}/comm") is [.. var name, '\n'] ? name : null;

    public string? UnitOf(int pid) => units?.UnitOf(pid);

    public string? UnitOfCgroup(ulong cgroupId) => units?.UnitOfCgroup(cgroupId);

    public void Forget(int pid) => units?.Forget(pid);

    // proc_pid_stat(5): flags is the 9th field; comm, the 2nd, may hold anything.
    public bool IsKernelThread(int pid) => Read($"/proc/{pid}/stat") is string stat
        && stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 6 } fields
        && ulong.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out ulong flags) && (flags & PfKthread) != 0;

    public ulong? NamespaceOf(int pid, int tid) => Namespace.InodeOf($"/proc/{pid}/task/{tid}/ns/net");

    public void Dispose() => _lookup.Dispose();

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // gone meanwhile
        }
    }
}
