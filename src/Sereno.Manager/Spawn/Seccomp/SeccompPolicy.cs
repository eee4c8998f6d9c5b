using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn.Seccomp;

/// <summary>Which filters a unit's settings amount to (systemd.exec(5); each directive's own filter, as systemd 252 installs it).</summary>
public static class SeccompPolicy
{
    private const int ENOSYS = 38, EPERM = 1, EAFNOSUPPORT = 97;
    private static readonly uint s_denied = SeccompAction.Errno(EPERM);

    /// <summary>The programs to install, in order; none where nothing is filtered or the processor is unknown.</summary>
    /// <param name="architecture">The machine's, by systemd's name.</param>
    public static ImmutableArray<ImmutableArray<BpfInstruction>> Programs(SecurityContext security, KernelProtections protections, uint personality,
        string architecture)
    {
        var abis = Architectures.Local(architecture).ToImmutableArray();
        if (abis.IsEmpty || !Filters(security, protections))
            return [];
        ImmutableArray<SystemCallAbi> blocked = security.Architectures.IsEmpty ? []
            : [.. abis.Where(abi => abi != abis[^1] && !security.Architectures.Contains(Architectures.Name(abi)))];
        var filters = abis.Except(blocked).SelectMany(abi => Of(security, protections, personality, abi)).ToList();
        return SeccompCompiler.Compile(filters, abis, blocked, security.Architectures.IsEmpty ? SeccompAction.Allow : SeccompAction.KillThread);
    }

    /// <summary>Whether anything is filtered: without CAP_SYS_ADMIN that takes NoNewPrivileges= along.</summary>
    public static bool Filters(SecurityContext security, KernelProtections protections) =>
        protections != KernelProtections.None || security is not
        {
            SystemCalls: null, LoggedCalls: null, Architectures.IsEmpty: true, AddressFamilies: null, PermittedNamespaces: null, RestrictRealtime: false,
            RestrictSuidSgid: false, DenyWriteExecute: false, LockPersonality: false,
        };

    /// <summary>A filter per directive, the last that systemd installs first.</summary>
    public static IEnumerable<CallFilter> Of(SecurityContext security, KernelProtections protections, uint personality, SystemCallAbi abi)
    {
        if (security.SystemCalls is { } calls)
            yield return Listed(abi, calls, security.ErrorNumber == SystemCallFilter.Kill ? SeccompAction.KillProcess : SeccompAction.Errno(security.ErrorNumber));
        if (security.LoggedCalls is { } logged)
            yield return logged.AllowList ? Logged(abi, logged, SeccompAction.Allow, SeccompAction.Log) : Logged(abi, logged, SeccompAction.Log, SeccompAction.Allow);
        if (security.LockPersonality)
            yield return new CallFilter(abi).Add("personality", s_denied, new ArgumentTest(0, TestKind.NotEqual, personality));
        if (protections.HasFlag(KernelProtections.Devices))
            yield return Group(abi, "@raw-io");
        if (protections.HasFlag(KernelProtections.Clock))
            yield return Group(abi, "@clock");
        if (protections.HasFlag(KernelProtections.Logs))
            yield return new CallFilter(abi).Add("syslog", s_denied);
        if (protections.HasFlag(KernelProtections.Modules))
            yield return Group(abi, "@module");
        if (protections.HasFlag(KernelProtections.Tunables))
            yield return new CallFilter(abi).Add("_sysctl", s_denied);
        if (security.PermittedNamespaces is { } permitted && permitted != Namespaces.All)
            yield return OnlyNamespaces(abi, permitted);
        if (security.RestrictSuidSgid)
            yield return NoSetuidFiles(abi);
        if (security.RestrictRealtime)
            yield return NoRealtime(abi);
        if (security.DenyWriteExecute)
            yield return NoWriteExecute(abi);
        if (security.AddressFamilies is { } families && abi != SystemCallAbi.X86) // on x86 socketcall(2) hides the family behind a pointer
            yield return OnlyFamilies(abi, families);
        if (protections.HasFlag(KernelProtections.Hostname))
            yield return new CallFilter(abi).Add("sethostname", s_denied).Add("setdomainname", s_denied);
    }

    private static CallFilter Group(SystemCallAbi abi, string group)
    {
        var filter = new CallFilter(abi);
        foreach (string call in SystemCallGroups.Members(group)!)
            filter.Add(call, s_denied);
        return filter;
    }

    private static CallFilter Listed(SystemCallAbi abi, SystemCallFilter list, uint denied)
    {
        var filter = new CallFilter(abi, list.AllowList ? denied : SeccompAction.Allow);
        foreach (var (call, errno) in list.Calls)
            filter.Add(SystemCalls.Name(call), errno == SystemCallFilter.Kill ? SeccompAction.KillProcess
                : errno >= 0 ? SeccompAction.Errno(errno) : list.AllowList ? SeccompAction.Allow : denied);
        return filter;
    }

    private static CallFilter Logged(SystemCallAbi abi, SystemCallFilter list, uint otherwise, uint listed)
    {
        var filter = new CallFilter(abi, otherwise);
        foreach (var (call, _) in list.Calls)
            filter.Add(SystemCalls.Name(call), listed);
        return filter;
    }

    /// <summary>The kinds that aren't permitted can't be made or joined. clone3(2) has its flags in memory, where no filter sees them: programs fall back to clone(2).</summary>
    private static CallFilter OnlyNamespaces(SystemCallAbi abi, uint permitted)
    {
        var filter = new CallFilter(abi).Add("clone3", SeccompAction.Errno(ENOSYS));
        if (permitted == 0)
            filter.Add("setns", s_denied);
        else
            filter.Add("setns", s_denied, new ArgumentTest(1, TestKind.Equal, 0)); // 0 is any kind
        foreach (uint flag in Namespaces.Flags.Where(f => (permitted & f) == 0))
        {
            filter.Add("unshare", s_denied, ArgumentTest.Has(0, flag)).Add("clone", s_denied, ArgumentTest.Has(0, flag));
            if (permitted != 0)
                filter.Add("setns", s_denied, ArgumentTest.Has(1, flag));
        }
        return filter;
    }

    private static CallFilter NoSetuidFiles(SystemCallAbi abi)
    {
        const uint create = 0x40; // O_CREAT, the same number everywhere here
        var filter = new CallFilter(abi).Add("openat2", SeccompAction.Errno(ENOSYS)); // its flags are in memory
        foreach (uint mode in (ReadOnlySpan<uint>)[0x800 /* S_ISUID */, 0x400 /* S_ISGID */])
        {
            foreach (string call in (ReadOnlySpan<string>)["chmod", "fchmod", "mkdir", "mknod", "creat"])
                filter.Add(call, s_denied, ArgumentTest.Has(1, mode));
            foreach (string call in (ReadOnlySpan<string>)["fchmodat", "fchmodat2", "mkdirat", "mknodat"])
                filter.Add(call, s_denied, ArgumentTest.Has(2, mode));
            filter.Add("open", s_denied, ArgumentTest.Has(1, create), ArgumentTest.Has(2, mode));
            filter.Add("openat", s_denied, ArgumentTest.Has(2, create), ArgumentTest.Has(3, mode));
        }
        return filter;
    }

    /// <summary>SCHED_OTHER, SCHED_BATCH and SCHED_IDLE stay.</summary>
    private static CallFilter NoRealtime(SystemCallAbi abi) => new CallFilter(abi)
        .Add("sched_setscheduler", s_denied, new ArgumentTest(1, TestKind.Equal, 1))
        .Add("sched_setscheduler", s_denied, new ArgumentTest(1, TestKind.Equal, 2))
        .Add("sched_setscheduler", s_denied, new ArgumentTest(1, TestKind.Equal, 4))
        .Add("sched_setscheduler", s_denied, new ArgumentTest(1, TestKind.Greater, 5));

    private static CallFilter NoWriteExecute(SystemCallAbi abi)
    {
        const uint write = 2, execute = 4, shmExecute = 0x8000;
        bool old = abi == SystemCallAbi.X86;
        var filter = new CallFilter(abi)
            .Add(old || abi == SystemCallAbi.Arm ? "mmap2" : "mmap", s_denied, ArgumentTest.Has(2, write | execute))
            .Add("mprotect", s_denied, ArgumentTest.Has(2, execute))
            .Add("pkey_mprotect", s_denied, ArgumentTest.Has(2, execute));
        // x86's mmap(2) takes a pointer to its arguments; its shmat(2) is multiplexed.
        return old ? filter.Add("mmap", s_denied) : filter.Add("shmat", s_denied, ArgumentTest.Has(2, shmExecute));
    }

    private static CallFilter OnlyFamilies(SystemCallAbi abi, AddressFamilyFilter families)
    {
        var filter = new CallFilter(abi);
        uint denied = SeccompAction.Errno(EAFNOSUPPORT);
        var listed = Enumerable.Range(0, 64).Where(f => (families.Families >> f & 1) != 0).ToList();
        if (!families.AllowList)
        {
            foreach (int family in listed)
                filter.Add("socket", denied, new ArgumentTest(0, TestKind.Equal, (uint)family));
            return filter;
        }
        listed.Remove(0); // AF_UNSPEC can't be allowed
        if (listed.Count == 0)
            return filter.Add("socket", denied);
        filter.Add("socket", denied, new ArgumentTest(0, TestKind.Less, (uint)listed[0]));
        filter.Add("socket", denied, new ArgumentTest(0, TestKind.Greater, (uint)listed[^1]));
        foreach (int family in Enumerable.Range(listed[0], listed[^1] - listed[0]).Except(listed))
            filter.Add("socket", denied, new ArgumentTest(0, TestKind.Equal, (uint)family));
        return filter;
    }
}
