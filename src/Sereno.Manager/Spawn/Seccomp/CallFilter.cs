using Sereno.Units.Values;

namespace Sereno.Manager.Spawn.Seccomp;

/// <summary>One directive's filter for one calling convention: per call the first rule that fits, or the default.</summary>
public sealed class CallFilter(SystemCallAbi abi, uint defaultAction = SeccompAction.Allow)
{
    private static readonly string[] s_socketCalls =
    [
        "", "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto",
        "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    ];

    private static readonly string[] s_ipcCalls =
    [
        "", "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", "", "msgsnd", "msgrcv", "msgget", "msgctl",
        "", "", "", "", "", "", "shmat", "shmdt", "shmget", "shmctl",
    ];

    private readonly Dictionary<int, List<CallRule>> _rules = [];
    private readonly Dictionary<int, uint> _always = [];

    public SystemCallAbi Abi { get; } = abi;

    public IEnumerable<int> Numbers => _rules.Keys.Union(_always.Keys);

    /// <summary>What holds where no rule fits.</summary>
    public uint Otherwise(int number) => _always.GetValueOrDefault(number, defaultAction);

    public IReadOnlyList<CallRule> Rules(int number) => _rules.GetValueOrDefault(number) ?? [];

    /// <summary>For a call whatever its arguments; nothing where the convention hasn't got it.</summary>
    public CallFilter Add(string name, uint action)
    {
        if (SystemCalls.Number(name, Abi) is { } number)
            _always[number] = action;
        // x86 has most of these twice: by themselves, and as the first argument of socketcall(2) or ipc(2).
        if (Abi == SystemCallAbi.X86)
        {
            AddMultiplexed("socketcall", Array.IndexOf(s_socketCalls, name), action);
            AddMultiplexed("ipc", Array.IndexOf(s_ipcCalls, name), action);
        }
        return this;
    }

    /// <summary>For a call whose arguments pass all tests.</summary>
    public CallFilter Add(string name, uint action, params ReadOnlySpan<ArgumentTest> tests)
    {
        if (SystemCalls.Number(name, Abi) is not { } number)
            return this;
        if (!_rules.TryGetValue(number, out var rules))
            _rules[number] = rules = [];
        rules.Add(new([.. tests], action));
        return this;
    }

    private void AddMultiplexed(string call, int function, uint action)
    {
        if (function > 0)
            Add(call, action, new ArgumentTest(0, TestKind.Equal, (uint)function));
    }
}
