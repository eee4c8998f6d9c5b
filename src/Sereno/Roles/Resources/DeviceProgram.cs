using Sereno.Linux;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Roles.Resources;

/// <summary>DeviceAllow= and DevicePolicy= (systemd.resource-control(5)) as a program that is asked before a node is made or opened.</summary>
internal static class DeviceProgram
{
    // struct bpf_cgroup_dev_ctx, BPF_DEVCG_* (linux/bpf.h).
    private const int Access = 0, Major = 4, Minor = 8, Block = 1, Character = 2, Make = 1, Read = 2, Write = 4;

    private readonly record struct Rule(int Kind, int? Major, int? Minor, int Rights);

    /// <summary>Of use to every program, and harmless: what DevicePolicy=closed leaves, and DeviceAllow= alone.</summary>
    private static readonly DeviceRule[] s_harmless =
    [
        .. ((string[])["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/run/systemd/inaccessible/chr", "/run/systemd/inaccessible/blk"])
            .Select(d => new DeviceRule(d, "rwm")),
        new("char-pts", "rw"),
    ];

    /// <param name="warn">Told of devices that aren't there: they can't be allowed.</param>
    public static BpfCode Code(DeviceControl control, Action<string> warn)
    {
        List<Rule> rules = control.Policy == DevicePolicy.Strict ? [] : [.. s_harmless.SelectMany(r => Resolve(r, _ => { }))];
        rules.AddRange(control.Allow.SelectMany(r => Resolve(r, warn)));
        var code = new BpfCode();
        if (rules.Count == 0)
        {
            warn("No devices matched by device filter.");
            return code.Return(0);
        }
        code.Load(2, 1, Access).And(2, 0xFFFF).Load(3, 1, Access).ShiftRight(3, 16).Load(4, 1, Major).Load(5, 1, Minor);
        for (int i = 0; i < rules.Count; i++)
        {
            string next = $"{i}";
            code.JumpUnlessEqual(2, rules[i].Kind, next);
            if ((~rules[i].Rights & 7) is not 0 and var missing)
                code.Move(0, 3).And(0, missing).JumpUnlessEqual(0, 0, next);
            if (rules[i].Major is { } major)
                code.JumpUnlessEqual(4, major, next);
            if (rules[i].Minor is { } minor)
                code.JumpUnlessEqual(5, minor, next);
            code.Return(1).Place(next);
        }
        return code.Return(0);
    }

    private static IEnumerable<Rule> Resolve(DeviceRule rule, Action<string> warn)
    {
        int rights = (rule.Rights.Contains('r') ? Read : 0) | (rule.Rights.Contains('w') ? Write : 0) | (rule.Rights.Contains('m') ? Make : 0);
        int dash = rule.Device.IndexOf('-');
        if (!rule.Device.StartsWith('/'))
            return Group(rule.Device[(dash + 1)..], rule.Device.StartsWith('b') ? Block : Character, rights);
        if (BlockDevices.Node(rule.Device) is var (isBlock, major, minor))
            return [new(isBlock ? Block : Character, major, minor, rights)];
        warn($"Couldn't stat device '{rule.Device}': No such device");
        return [];
    }

    /// <summary>A driver's name or number of /proc/devices (proc(5)), or a pattern of names.</summary>
    private static IEnumerable<Rule> Group(string name, int kind, int rights)
    {
        if (name == "*")
            return [new(kind, null, null, rights)];
        if (Integers.ReadUnsigned(name, 4095, out ulong number) == ParseError.None)
            return [new(kind, (int)number, null, rights)];
        var majors = new List<Rule>();
        bool isOurs = false;
        foreach (string line in (Files.TryReadText("/proc/devices") ?? "").Split('\n'))
            if (line.EndsWith("devices:", StringComparison.Ordinal))
                isOurs = line.StartsWith(kind == Block ? 'B' : 'C');
            else if (isOurs && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var major, var driver] && int.TryParse(major, out int m) && m > 0 && Glob.Matches(name, driver))
                majors.Add(new(kind, m, null, rights));
        return majors;
    }
}
