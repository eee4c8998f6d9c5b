using System.Globalization;
using System.Text;
using Sereno.Linux;

namespace Sereno.Journal.Intake;

/// <summary>The trusted fields of a process (systemd.journal-fields(7)), read from /proc, and kept for what it writes next.</summary>
public sealed class ProcessFields(int pid)
{
    /// <summary>journald's own: a process is looked at again after a second, and is another one, for all we know, after five of silence.</summary>
    public const long RefreshMilliseconds = 1000, ForgetMilliseconds = 5000;

    private const uint NoAuditId = uint.MaxValue;

    public int Pid => pid;
    public uint? Uid { get; private set; }
    public uint? Gid { get; private set; }
    /// <summary>Which session's account it is of; null outside of sessions.</summary>
    public uint? OwnerUid { get; private set; }
    public string Unit { get; private set; } = "";
    /// <summary>When it was read, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long ReadAt { get; private set; }
    /// <summary>Counts the readings that found something changed.</summary>
    public int Version { get; private set; }

    private readonly SortedDictionary<string, byte[]> _fields = new(StringComparer.Ordinal);

    public IEnumerable<byte[]> Fields => _fields.Values;

    /// <summary>Reads what there is now; what can't be read any more stays as it was.</summary>
    /// <param name="given">Who sent a message wins over what /proc says.</param>
    /// <param name="unit">Where its control group doesn't name one.</param>
    public void Refresh(PeerCredentials? given, ReadOnlySpan<byte> label, string unit, string slice, string invocation, bool isUser)
    {
        ReadAt = Environment.TickCount64;
        Set("_PID", pid);
        ReadStatus(given);
        ReadProgram();
        if (!label.IsEmpty)
            Set("_SELINUX_CONTEXT", label);
        else if (Read("attr/current") is { Length: > 0 } context && File.Exists("/sys/fs/selinux/enforce"))
            Set("_SELINUX_CONTEXT", context.AsSpan().TrimEnd("\0\n"u8));
        SetNumber("_AUDIT_SESSION", "sessionid");
        SetNumber("_AUDIT_LOGINUID", "loginuid");
        ReadGroup(unit, slice, invocation, isUser);
    }

    private void ReadStatus(PeerCredentials? given)
    {
        var effective = default(ReadOnlySpan<byte>);
        var most = default(ReadOnlySpan<byte>);
        if (Read("status") is { } bytes)
            foreach (var range in bytes.AsSpan().Split((byte)'\n'))
            {
                var line = bytes.AsSpan(range);
                if (line.StartsWith("Uid:\t"u8))
                    Uid = First(line[5..]);
                else if (line.StartsWith("Gid:\t"u8))
                    Gid = First(line[5..]);
                else if (line.StartsWith("CapEff:\t"u8))
                    effective = line[8..];
                else if (line.StartsWith("CapBnd:\t"u8))
                    most = line[8..];
            }
        Uid = given?.Uid ?? Uid;
        Gid = given?.Gid ?? Gid;
        if (Uid is { } uid)
            Set("_UID", uid);
        // Said where it isn't what the account lets one expect (docs/decisions/0018).
        if (Gid is { } gid)
            SetUnless(gid == Uid, "_GID", Encoding.ASCII.GetBytes(gid.ToString(CultureInfo.InvariantCulture)));
        if (!effective.IsEmpty)
        {
            var set = effective.TrimStart((byte)'0');
            SetUnless(Uid == 0 ? effective.SequenceEqual(most) : set.IsEmpty, "_CAP_EFFECTIVE", set.IsEmpty ? "0"u8 : set);
        }

        static uint? First(ReadOnlySpan<byte> numbers) => System.Buffers.Text.Utf8Parser.TryParse(numbers, out uint first, out _) ? first : null;
    }

    private void ReadProgram()
    {
        if (Read("comm") is { Length: > 0 } comm)
            Set("_COMM", comm.AsSpan().TrimEnd((byte)'\n'));
        Span<byte> target = stackalloc byte[4096];
        if (Files.ReadLink($"/proc/{pid}/exe", target) is > 0 and var length)
            Set("_EXE", target[..length].EndsWith(" (deleted)"u8) ? target[..(length - 10)] : target[..length]);
        if (Read("cmdline") is { Length: > 0 } arguments)
            Set("_CMDLINE", CommandLineText.Of(arguments));
    }

    private void ReadGroup(string unit, string slice, string invocation, bool isUser)
    {
        string? path = Read("cgroup") is { } bytes
            ? Encoding.UTF8.GetString(bytes).Split('\n').FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal))?[3..] : null;
        var found = path is null or "/" ? default : CgroupPath.Parse(path);
        if (found.Unit is { Length: > 0 })
        {
            SetUnless(path!.EndsWith($"/{found.Slice}/{found.Unit}", StringComparison.Ordinal), "_SYSTEMD_CGROUP", Encoding.UTF8.GetBytes(path));
            (unit, slice) = (unit.Length > 0 ? unit : found.Unit, found.Slice);
            Set("_SYSTEMD_SESSION", found.Session);
            Set("_SYSTEMD_USER_UNIT", found.UserUnit);
            Set("_SYSTEMD_USER_SLICE", found.UserSlice);
            OwnerUid = found.OwnerUid;
        }
        if (isUser)
        {
            // An account's own manager: its units are within the unit that runs it.
            OwnerUid ??= Self.Uid;
            Set("_SYSTEMD_USER_UNIT", unit);
            Set("_SYSTEMD_USER_SLICE", slice);
        }
        else
        {
            Set("_SYSTEMD_UNIT", unit);
            Set("_SYSTEMD_SLICE", slice);
        }
        Unit = unit;
        if (OwnerUid is { } owner)
            Set("_SYSTEMD_OWNER_UID", owner);
        if (invocation.Length == 0 && unit.Length > 0 && new FileInfo($"/run/systemd/units/invocation:{unit}").LinkTarget is { } link)
            invocation = link;
        Set("_SYSTEMD_INVOCATION_ID", invocation);
    }

    private void SetNumber(string name, string file)
    {
        if (Read(file) is { } bytes && System.Buffers.Text.Utf8Parser.TryParse(bytes, out uint number, out _) && number != NoAuditId)
            Set(name, number);
    }

    private void Set(string name, long value) => Set(name, value.ToString(CultureInfo.InvariantCulture));

    private void Set(string name, string value)
    {
        if (value.Length > 0)
            Set(name, Encoding.UTF8.GetBytes(value));
    }

    private void Set(string name, ReadOnlySpan<byte> value)
    {
        byte[] field = [.. Encoding.ASCII.GetBytes(name), (byte)'=', .. value];
        if (_fields.TryGetValue(name, out var known) && known.AsSpan().SequenceEqual(field))
            return;
        _fields[name] = field;
        Version++;
    }

    private void SetUnless(bool isExpected, string name, ReadOnlySpan<byte> value)
    {
        if (!isExpected)
            Set(name, value);
        else if (_fields.Remove(name))
            Version++;
    }

    private byte[]? Read(string file)
    {
        using var fd = Files.TryOpen($"/proc/{pid}/{file}", Sereno.Linux.Headers.libc.O_RDONLY, out _);
        if (fd is null)
            return null;
        var bytes = new byte[4096];
        int length = 0;
        for (int n; (n = fd.TryRead(bytes.AsSpan(length))) > 0;)
            if ((length += n) == bytes.Length)
                Array.Resize(ref bytes, 2 * length);
        return length > 0 ? bytes[..length] : null;
    }
}
