using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Sereno.Linux;

/// <summary>
/// Writes a spawn plan: the system calls that a child makes before execve(2), in this order, as bytes (docs/formats/plan.md).
/// The same calls give the same bytes. Each operation names the <see cref="ExitStage"/> that is reported when it fails.
/// </summary>
public sealed partial class PlanWriter
{
    /// <summary>An environment variable with this value gets the child's own pid instead (LISTEN_PID, SYSTEMD_EXEC_PID).</summary>
    public const string PidPlaceholder = "@@@@@@@@@@";

    /// <summary>Leaves an owner as it is, as in chown(2).</summary>
    public const uint Keep = uint.MaxValue;

    private const uint Magic = 0x504e5253; // "SRNP"
    private readonly ArrayBufferWriter<byte> _out = new(1024);
    private int _opAt = -1;

    private enum Op : ushort
    {
        Dup = 1, Open, SetSid, SignalIgnore, Rlimit, Nice, OomScoreAdjust, Umask, Directory, Chown, Chdir, SetGroups, SetGid,
        SetUid, Prctl, CloseFrom, Exec, Copy,
        Unshare = 40, JoinNamespace, JoinNamespacePath, UserNamespace, MountNamespace, Mount, Remount, Symlink, EnterRoot, Chroot,
    }

    public PlanWriter()
    {
        Put(Magic);
        Put(0); // the length, known at the end
    }

    /// <summary>Puts the attached descriptor <paramref name="index"/> at number <paramref name="target"/>, open across exec.</summary>
    public PlanWriter Dup(ExitStage stage, int index, int target) => Begin(Op.Dup, stage).Put((uint)index).Put(target).End();

    /// <summary>Makes number <paramref name="target"/> the same open file as <paramref name="source"/>, which an earlier operation has set.</summary>
    public PlanWriter Copy(ExitStage stage, int source, int target) => Begin(Op.Copy, stage).Put(source).Put(target).End();

    /// <summary>Opens a file at number <paramref name="target"/>. Opening never waits: a FIFO without its other end is ENXIO for a writer.</summary>
    public PlanWriter Open(ExitStage stage, int target, int flags, string path, uint mode = 0) =>
        Begin(Op.Open, stage).Put(target).Put((uint)flags).Put(mode).Put(0).Put(path).End();

    public PlanWriter SetSid(ExitStage stage = ExitStage.SetSid) => Begin(Op.SetSid, stage).End();

    public PlanWriter IgnoreSignal(ExitStage stage, int signo) => Begin(Op.SignalIgnore, stage).Put(signo).End();

    /// <param name="clamp">Without the right to raise the hard limit, take as much as there is.</param>
    public PlanWriter Rlimit(ExitStage stage, int resource, ulong soft, ulong hard, bool clamp) =>
        Begin(Op.Rlimit, stage).Put((uint)resource).Put(clamp ? 1 : 0).Put(soft).Put(hard).End();

    /// <param name="tolerate">Take the nearest that RLIMIT_NICE permits.</param>
    public PlanWriter Nice(ExitStage stage, int value, bool tolerate) => Begin(Op.Nice, stage).Put(value).Put(tolerate ? 1 : 0).End();

    /// <param name="tolerate">Go on without it where it isn't permitted.</param>
    public PlanWriter OomScoreAdjust(ExitStage stage, int value, bool tolerate) =>
        Begin(Op.OomScoreAdjust, stage).Put(value).Put(tolerate ? 1 : 0).End();

    public PlanWriter Umask(ExitStage stage, uint mask) => Begin(Op.Umask, stage).Put(mask).End();

    /// <summary>Makes a folder with exactly this mode and owner, and its parents with 0755. The leaf must not be a symbolic link.</summary>
    /// <param name="path">Absolute, without a slash at its end.</param>
    public PlanWriter Directory(ExitStage stage, string path, uint mode, uint uid = Keep, uint gid = Keep) =>
        Begin(Op.Directory, stage).Put(mode).Put(uid).Put(gid).Put(0).Put(path).End();

    /// <summary>Changes the owner of a file, not of what a symbolic link points at.</summary>
    public PlanWriter Chown(ExitStage stage, string path, uint uid = Keep, uint gid = Keep) =>
        Begin(Op.Chown, stage).Put(uid).Put(gid).Put(path).End();

    /// <param name="optional">Stay where we are when it fails.</param>
    public PlanWriter Chdir(ExitStage stage, string path, bool optional = false) =>
        Begin(Op.Chdir, stage).Put(optional ? 1 : 0).Put(0).Put(path).End();

    public PlanWriter SetGroups(ExitStage stage, params ReadOnlySpan<uint> groups)
    {
        Begin(Op.SetGroups, stage).Put(groups.Length);
        foreach (uint gid in groups)
            Put(gid);
        return End();
    }

    /// <summary>Real, effective and saved.</summary>
    public PlanWriter SetGid(ExitStage stage, uint gid) => Begin(Op.SetGid, stage).Put(gid).End();

    /// <summary>Real, effective and saved.</summary>
    public PlanWriter SetUid(ExitStage stage, uint uid) => Begin(Op.SetUid, stage).Put(uid).End();

    /// <summary>prctl(2), for the options whose arguments are numbers.</summary>
    public PlanWriter Prctl(ExitStage stage, int option, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0) =>
        Begin(Op.Prctl, stage).Put((uint)option).Put(0).Put(a).Put(b).Put(c).Put(d).End();

    /// <summary>Descriptors from this number on don't survive exec.</summary>
    public PlanWriter CloseFrom(ExitStage stage, int first) => Begin(Op.CloseFrom, stage).Put(first).End();

    /// <summary>The last operation. Nothing is searched: <paramref name="path"/> is the file.</summary>
    /// <param name="arguments">argv, with argv[0]; at least one.</param>
    /// <param name="environment">NAME=VALUE each.</param>
    public PlanWriter Exec(ExitStage stage, string path, IReadOnlyCollection<string> arguments, IReadOnlyCollection<string> environment) =>
        Exec(stage, Encoding.UTF8.GetBytes(path), [.. arguments.Select(Encoding.UTF8.GetBytes)], [.. environment.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>The same from bytes, which need not be UTF-8.</summary>
    public PlanWriter Exec(ExitStage stage, byte[] path, IReadOnlyCollection<byte[]> arguments, IReadOnlyCollection<byte[]> environment)
    {
        Begin(Op.Exec, stage).Put(arguments.Count).Put(environment.Count).Put(path);
        foreach (byte[] argument in arguments)
            Put(argument);
        foreach (byte[] variable in environment)
            Put(variable);
        return End();
    }

    /// <summary>The plan; the writer can go on after it only for tests.</summary>
    public byte[] ToArray()
    {
        var plan = _out.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(plan.AsSpan(4), (uint)plan.Length);
        return plan;
    }

    private PlanWriter Begin(Op op, ExitStage stage)
    {
        _opAt = _out.WrittenCount;
        BinaryPrimitives.WriteUInt16LittleEndian(_out.GetSpan(2), (ushort)op);
        _out.Advance(2);
        BinaryPrimitives.WriteUInt16LittleEndian(_out.GetSpan(2), (ushort)stage);
        _out.Advance(2);
        return Put(0); // the payload's length, known at its end
    }

    private PlanWriter End()
    {
        int length = _out.WrittenCount - _opAt - 8;
        // The buffer is ours: writing where it has been written already is only a matter of getting there.
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(_out.WrittenMemory, out var segment);
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(_opAt + 4), (uint)length);
        int padding = -length & 7;
        _out.GetSpan(8)[..padding].Clear();
        _out.Advance(padding);
        return this;
    }

    private PlanWriter Put(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_out.GetSpan(4), value);
        _out.Advance(4);
        return this;
    }

    private PlanWriter Put(int value) => Put((uint)value);

    private PlanWriter Put(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_out.GetSpan(8), value);
        _out.Advance(8);
        return this;
    }

    /// <summary>A string and its zero; a zero inside of it would make two of it.</summary>
    private PlanWriter Put(string text) => Put(Encoding.UTF8.GetBytes(text));

    private PlanWriter Put(byte[] text)
    {
        if (text.Contains((byte)0))
            throw new ArgumentException("cannot put a string with a zero byte into a spawn plan", nameof(text));
        var span = _out.GetSpan(text.Length + 1);
        text.CopyTo(span);
        span[text.Length] = 0;
        _out.Advance(text.Length + 1);
        return this;
    }
}
