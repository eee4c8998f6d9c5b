using Sereno.Linux;
using Sereno.Manager;
using Sereno.Manager.Resources;
using Sereno.Units.Model;

namespace Sereno.Roles.Resources;

/// <summary>Traffic that a group's packet filter has counted.</summary>
public readonly record struct Traffic(ulong PacketsIn, ulong BytesIn, ulong PacketsOut, ulong BytesOut);

/// <summary>
/// The programs at control groups. They are found by name, so that a manager that comes after a crash, or a daemon-reload, replaces
/// what an earlier one left; counters outlast the replacement.
/// </summary>
internal sealed class GroupPrograms(Action<UnitName, LogLevel, string> log)
{
    private const string In = "sereno_in", Out = "sereno_out", Bind4 = "sereno_bind4", Bind6 = "sereno_bind6",
        InterfacesIn = "sereno_ifin", InterfacesOut = "sereno_ifout", Devices = "sereno_dev";
    private static readonly (CgroupHook Hook, string Name)[] s_ours =
    [
        (CgroupHook.Ingress, In), (CgroupHook.Egress, Out), (CgroupHook.Ingress, InterfacesIn), (CgroupHook.Egress, InterfacesOut),
        (CgroupHook.Bind4, Bind4), (CgroupHook.Bind6, Bind6), (CgroupHook.Device, Devices),
    ];

    private readonly HashSet<string> _said = [];

    /// <param name="isNew">The group has just been made: there is nothing to replace.</param>
    public void Apply(GroupSettings settings, string folder, bool isNew)
    {
        var network = settings.Own.Network;
        var devices = settings.Devices;
        bool filters = settings.HasFirewall || network?.Accounting == true;
        if (!filters && network is null && devices is null && isNew)
            return;
        using var group = new Cgroup(folder).Open();
        var wanted = new HashSet<string>();
        if (filters)
            Filter(settings, group, isNew, wanted);
        if (network is not null)
        {
            Bind(settings, network, group, wanted);
            Interfaces(settings, network, group, wanted);
            Foreign(settings, network, group);
        }
        if (devices is not null)
            Try(settings, group, CgroupHook.Device, Devices, DeviceProgram.Code(devices, problem => log(settings.Unit.Name, LogLevel.Warning, $"{settings.Unit.Name}: {problem}")), wanted,
                "configures device ACL, but the local system doesn't seem to support the BPF-based device controller. Proceeding WITHOUT applying ACL (all devices will be accessible)!", "using device ACL");
        if (!isNew)
            foreach (var (hook, name) in s_ours)
                if (!wanted.Contains(name))
                    _ = CgroupBpf.Replace(group, hook, name, null);
    }

    /// <summary>Null where nobody counts.</summary>
    public static Traffic? Count(string folder)
    {
        using var group = Files.TryOpen(folder, Linux.Headers.libc.O_RDONLY | Linux.Headers.libc.O_DIRECTORY, out _);
        using var counters = group is null ? null : Counters(group);
        return counters is null ? null : new(BpfMap.ReadCounter(counters, 0), BpfMap.ReadCounter(counters, 1), BpfMap.ReadCounter(counters, 2), BpfMap.ReadCounter(counters, 3));
    }

    private static Fd? Counters(Fd group)
    {
        var programs = CgroupBpf.Find(group, CgroupHook.Ingress, In);
        var map = programs.Count > 0 ? BpfMap.FindOf(programs[0], PacketFilter.CountersName) : null;
        programs.ForEach(p => p.Dispose());
        return map;
    }

    private void Filter(GroupSettings settings, Fd group, bool isNew, HashSet<string> wanted)
    {
        const string Problem = "configures an IP firewall, but the local system does not support BPF/cgroup firewalling. Proceeding WITHOUT firewalling in effect!", What = "using IP firewalling";
        using var filter = settings.IsSlice ? new PacketFilter([], []) : new PacketFilter(settings.Prefixes(n => n.Allow), settings.Prefixes(n => n.Deny));
        int errno = filter.Errno;
        using var counters = settings.Own.Network?.Accounting != true ? null
            : (isNew ? null : Counters(group)) ?? BpfMap.TryCreateCounters(4, PacketFilter.CountersName, out errno);
        if (errno != 0)
            Say(settings.Unit.Name, Problem, What, errno);
        else if (Try(settings, group, CgroupHook.Ingress, In, filter.Code(ingress: true, counters), wanted, Problem, What))
            Try(settings, group, CgroupHook.Egress, Out, filter.Code(ingress: false, counters), wanted, Problem, What);
    }

    private void Bind(GroupSettings settings, NetworkControl network, Fd group, HashSet<string> wanted)
    {
        const string Problem = "restricts socket binding, but the local system does not support BPF/cgroup socket programs. Proceeding WITHOUT restriction!", What = "restricting socket binding";
        if (network.BindAllow.IsEmpty && network.BindDeny.IsEmpty)
            return;
        if (Try(settings, group, CgroupHook.Bind4, Bind4, SocketPrograms.Bind(network, 2), wanted, Problem, What))
            Try(settings, group, CgroupHook.Bind6, Bind6, SocketPrograms.Bind(network, 10), wanted, Problem, What);
    }

    private void Interfaces(GroupSettings settings, NetworkControl network, Fd group, HashSet<string> wanted)
    {
        const string Problem = "restricts network interfaces, but the local system does not support BPF/cgroup firewalling. Proceeding WITHOUT restriction!", What = "restricting network interfaces";
        if (network.Interfaces.IsEmpty)
            return;
        var indexes = new List<int>();
        foreach (string name in network.Interfaces)
            if (NameService.IndexOf(name) is > 0 and var index)
                indexes.Add((int)index);
            else
                log(settings.Unit.Name, LogLevel.Warning, $"{settings.Unit.Name}: Couldn't find index of network interface '{name}', ignoring: No such device");
        if (Try(settings, group, CgroupHook.Ingress, InterfacesIn, SocketPrograms.Interfaces(indexes, network.InterfacesAreDenied), wanted, Problem, What))
            Try(settings, group, CgroupHook.Egress, InterfacesOut, SocketPrograms.Interfaces(indexes, network.InterfacesAreDenied), wanted, Problem, What);
    }

    /// <summary>Programs that are somebody else's: pinned to bpffs. One that is there already stays.</summary>
    private void Foreign(GroupSettings settings, NetworkControl network, Fd group)
    {
        foreach (string path in network.IngressFilters)
            Attach(CgroupHook.Ingress, path);
        foreach (string path in network.EgressFilters)
            Attach(CgroupHook.Egress, path);
        foreach (var (hook, path) in network.Programs)
            Attach(ForeignHook(hook), path);

        void Attach(CgroupHook hook, string path)
        {
            using var program = CgroupBpf.TryOpenPinned(path, out int errno);
            if (program is not null)
                errno = CgroupBpf.Add(group, hook, program);
            if (errno is not (0 or Linux.Headers.libc.EINVAL))
                log(settings.Unit.Name, LogLevel.Warning, $"{settings.Unit.Name}: Loading of BPF program {path} failed: {Errno.Text(errno)}");
        }
    }

    private static CgroupHook ForeignHook(string name) => name switch
    {
        "egress" => CgroupHook.Egress,
        "sock_create" => CgroupHook.SocketCreate,
        "sock_ops" => CgroupHook.SocketOperations,
        "device" => CgroupHook.Device,
        "bind4" => CgroupHook.Bind4,
        "bind6" => CgroupHook.Bind6,
        "connect4" => CgroupHook.Connect4,
        "connect6" => CgroupHook.Connect6,
        "post_bind4" => CgroupHook.PostBind4,
        "post_bind6" => CgroupHook.PostBind6,
        "sendmsg4" => CgroupHook.Send4,
        "sendmsg6" => CgroupHook.Send6,
        "sysctl" => CgroupHook.Sysctl,
        "recvmsg4" => CgroupHook.Receive4,
        "recvmsg6" => CgroupHook.Receive6,
        "getsockopt" => CgroupHook.GetOption,
        "setsockopt" => CgroupHook.SetOption,
        _ => CgroupHook.Ingress,
    };

    private bool Try(GroupSettings settings, Fd group, CgroupHook hook, string name, BpfCode code, HashSet<string> wanted, string problem, string what)
    {
        using var program = CgroupBpf.TryLoad(hook, code, name, out int errno);
        if (program is not null)
            errno = CgroupBpf.Replace(group, hook, name, program);
        if (errno == 0)
            return wanted.Add(name);
        Say(settings.Unit.Name, problem, what, errno);
        return false;
    }

    /// <summary>As systemd words it, and once only: it is the machine that lacks something.</summary>
    private void Say(UnitName unit, string problem, string what, int errno)
    {
        if (_said.Add(what))
            log(unit, LogLevel.Warning, $"Unit {unit} {problem} (This warning is only shown for the first unit {what}.) {Errno.Text(errno)}");
    }
}
