using Sereno.Bus.Wire;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>The settings of systemd.resource-control(5); what isn't set is ulong.MaxValue.</summary>
internal static class ResourceProperties
{
    private const ulong Unset = ControlGroupSnapshot.Unknown;
    private static readonly ResourceControl s_nothing = new();
    private static readonly IoControl s_noIo = new();
    private static readonly NetworkControl s_noNetwork = new();
    private static readonly DeviceControl s_noDevices = new();

    public static void Add<T>(BusInterface<T> table, Func<T, UnitSnapshot> get) where T : class
    {
        ResourceControl Of(T t) => get(t).Definition.Resources ?? s_nothing;
        AddProcessor(table, Of);
        AddMemory(table, Of, t => get(t).ControlGroup);
        AddIo(table, Of, t => Of(t).Io ?? s_noIo);
        AddNetwork(table, t => Of(t).Network ?? s_noNetwork);
        AddGroup(table, Of, t => Of(t).Devices ?? s_noDevices);
    }

    private static void AddProcessor<T>(BusInterface<T> table, Func<T, ResourceControl> of) where T : class => table
        .Bool("CPUAccounting", t => of(t).CpuAccounting == true)
        .UInt64("CPUWeight", t => of(t).CpuWeight ?? Unset)
        .UInt64("StartupCPUWeight", t => of(t).StartupCpuWeight ?? Unset)
        .UInt64("CPUShares", t => of(t).CpuShares ?? Unset)
        .UInt64("StartupCPUShares", t => of(t).StartupCpuShares ?? Unset)
        .UInt64("CPUQuotaPerSecUSec", t => of(t).CpuQuotaUsec ?? Unset)
        .UInt64("CPUQuotaPeriodUSec", t => of(t).CpuPeriodUsec ?? Unset)
        .Property("AllowedCPUs", "ay", (t, w) => w.WriteBytes(Bits(of(t).Cpus)))
        .Property("StartupAllowedCPUs", "ay", (t, w) => w.WriteBytes(Bits(of(t).StartupCpus)))
        .Property("AllowedMemoryNodes", "ay", (t, w) => w.WriteBytes(Bits(of(t).MemoryNodes)))
        .Property("StartupAllowedMemoryNodes", "ay", (t, w) => w.WriteBytes(Bits(of(t).StartupMemoryNodes)));

    private static void AddMemory<T>(BusInterface<T> table, Func<T, ResourceControl> of, Func<T, ControlGroupSnapshot> group) where T : class
    {
        Memory("DefaultMemoryLow", r => r.DefaultMemoryLow, 0);
        Memory("DefaultMemoryMin", r => r.DefaultMemoryMin, 0);
        Memory("MemoryMin", r => r.MemoryMin, 0);
        Memory("MemoryLow", r => r.MemoryLow, 0);
        Memory("MemoryHigh", r => r.MemoryHigh, Unset);
        Memory("MemoryMax", r => r.MemoryMax, Unset);
        Memory("MemorySwapMax", r => r.MemorySwapMax, Unset);
        Memory("MemoryLimit", r => r.MemoryLimit, Unset);
        table
            .Bool("MemoryAccounting", t => of(t).MemoryAccounting != false)
            .Bool("TasksAccounting", t => of(t).TasksAccounting != false)
            .UInt64("TasksMax", t => (of(t).TasksMax ?? group(t).DefaultTasksMax).Of(group(t).MachineTasks));

        void Memory(string name, Func<ResourceControl, ResourceAmount?> get, ulong unset) =>
            table.UInt64(name, t => get(of(t))?.Of(group(t).MachineMemory) ?? unset);
    }

    private static void AddIo<T>(BusInterface<T> table, Func<T, ResourceControl> of, Func<T, IoControl> io) where T : class
    {
        table
            .Bool("IOAccounting", t => io(t).Accounting == true)
            .UInt64("IOWeight", t => io(t).Weight ?? Unset)
            .UInt64("StartupIOWeight", t => io(t).StartupWeight ?? Unset)
            .Bool("BlockIOAccounting", t => io(t).BlockAccounting == true)
            .UInt64("BlockIOWeight", t => io(t).BlockWeight ?? Unset)
            .UInt64("StartupBlockIOWeight", t => io(t).StartupBlockWeight ?? Unset);
        PerDevice("IODeviceWeight", i => i.DeviceWeights.Select(d => (d.Path, d.Weight)));
        PerDevice("BlockIODeviceWeight", i => i.BlockDeviceWeights.Select(d => (d.Path, d.Weight)));
        PerDevice("IODeviceLatencyTargetUSec", i => i.Latencies.Select(d => (d.Path, d.TargetUsec)));
        PerDevice("IOReadBandwidthMax", i => Limits(i.Limits, l => l.ReadBytes));
        PerDevice("IOWriteBandwidthMax", i => Limits(i.Limits, l => l.WriteBytes));
        PerDevice("IOReadIOPSMax", i => Limits(i.Limits, l => l.ReadOperations));
        PerDevice("IOWriteIOPSMax", i => Limits(i.Limits, l => l.WriteOperations));
        PerDevice("BlockIOReadBandwidth", i => Limits(i.BlockLimits, l => l.ReadBytes));
        PerDevice("BlockIOWriteBandwidth", i => Limits(i.BlockLimits, l => l.WriteBytes));

        void PerDevice(string name, Func<IoControl, IEnumerable<(string, ulong)>> get) => table.Property(name, "a(st)", (t, w) =>
        {
            using var rows = w.Array('(');
            foreach (var (path, value) in get(io(t)))
            {
                w.WriteStruct();
                w.WriteString(path);
                w.WriteUInt64(value);
            }
        });
    }

    private static IEnumerable<(string, ulong)> Limits(IEnumerable<DeviceLimit> limits, Func<DeviceLimit, ulong> get) =>
        limits.Where(l => get(l) != ulong.MaxValue).Select(l => (l.Path, get(l)));

    private static void AddNetwork<T>(BusInterface<T> table, Func<T, NetworkControl> of) where T : class
    {
        Prefixes("IPAddressAllow", n => n.Allow);
        Prefixes("IPAddressDeny", n => n.Deny);
        Binds("SocketBindAllow", n => n.BindAllow);
        Binds("SocketBindDeny", n => n.BindDeny);
        table
            .Bool("IPAccounting", t => of(t).Accounting)
            .Strings("IPIngressFilterPath", t => of(t).IngressFilters)
            .Strings("IPEgressFilterPath", t => of(t).EgressFilters)
            .Property("BPFProgram", "a(ss)", (t, w) => WritePairs(w, of(t).Programs.Select(p => (p.Hook, p.Path))))
            .Property("RestrictNetworkInterfaces", "(bas)", (t, w) =>
            {
                w.WriteStruct();
                w.WriteBool(!of(t).InterfacesAreDenied && !of(t).Interfaces.IsEmpty);
                w.WriteStringArray(of(t).Interfaces);
            });

        void Prefixes(string name, Func<NetworkControl, IEnumerable<AddressPrefix>> get) => table.Property(name, "a(iayu)", (t, w) =>
        {
            using var rows = w.Array('(');
            foreach (var prefix in get(of(t)))
            {
                w.WriteStruct();
                w.WriteInt32(prefix.IsIPv6 ? 10 : 2);
                w.WriteBytes(prefix.Address);
                w.WriteUInt32(prefix.Length);
            }
        });

        void Binds(string name, Func<NetworkControl, IEnumerable<SocketBindRule>> get) => table.Property(name, "a(iiqq)", (t, w) =>
        {
            using var rows = w.Array('(');
            foreach (var rule in get(of(t)))
            {
                w.WriteStruct();
                w.WriteInt32(rule.Family);
                w.WriteInt32(rule.Protocol);
                w.WriteUInt16((ushort)rule.Ports);
                w.WriteUInt16((ushort)rule.FirstPort);
            }
        });
    }

    private static void AddGroup<T>(BusInterface<T> table, Func<T, ResourceControl> of, Func<T, DeviceControl> devices) where T : class => table
        .String("DevicePolicy", t => devices(t).Policy.ToString().ToLowerInvariant())
        .Property("DeviceAllow", "a(ss)", (t, w) => WritePairs(w, devices(t).Allow.Select(d => (d.Device, d.Rights))))
        .Bool("Delegate", t => of(t).Delegated is not null)
        .Strings("DelegateControllers", t => Names(of(t).Delegated ?? Controllers.None))
        .Strings("DisableControllers", t => Names(of(t).Disabled))
        .String("ManagedOOMSwap", t => of(t).ManagedOom?.OnSwap == true ? "kill" : "auto")
        .String("ManagedOOMMemoryPressure", t => of(t).ManagedOom?.OnPressure == true ? "kill" : "auto")
        .UInt32("ManagedOOMMemoryPressureLimit", t => of(t).ManagedOom?.PressureLimit ?? 0)
        .String("ManagedOOMPreference", t => (of(t).ManagedOom?.Preference ?? ManagedOomPreference.None).ToString().ToLowerInvariant());

    private static void WritePairs(MessageWriter w, IEnumerable<(string, string)> pairs)
    {
        using var rows = w.Array('(');
        foreach (var (first, second) in pairs)
        {
            w.WriteStruct();
            w.WriteString(first);
            w.WriteString(second);
        }
    }

    private static IEnumerable<string> Names(Controllers set) =>
        s_names.Where((_, i) => set.HasFlag((Controllers)(1 << i)));

    private static readonly string[] s_names =
    [
        "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids",
        "bpf-firewall", "bpf-devices", "bpf-foreign", "bpf-socket-bind", "bpf-restrict-network-interfaces",
    ];

    /// <summary>A bit for each, the lowest first, in as few bytes as it takes.</summary>
    private static byte[] Bits(IndexSet? set)
    {
        var bytes = (set?.Words ?? []).SelectMany(BitConverter.GetBytes).ToArray();
        return bytes[..(Array.FindLastIndex(bytes, b => b != 0) + 1)];
    }
}
