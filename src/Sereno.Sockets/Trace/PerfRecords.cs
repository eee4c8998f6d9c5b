using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Trace;

/// <summary>Records of a perf ring (perf_event_open(2), "MMAP layout") whose events were opened with TID, TIME and RAW, and
/// with their identity behind every other record. Whatever the bytes are, reading them never fails.</summary>
public sealed class PerfRecords
{
    private const uint Lost = 2, Comm = 3, Exit = 4, Fork = 7, Sample = 9, LostSamples = 13, Namespaces = 16;
    private const int HeaderLength = 8, IdentityLength = 16; // pid, tid, time
    private const int CommonFlags = 2;

    // include/linux/trace_events.h, TRACE_FLAG_*: interrupts, and bottom halves off, as they are when a network thread polls.
    private const byte HardInterrupt = 0x08, SoftInterrupt = 0x10, Nmi = 0x40;
    private const ushort ProtocolTcp = 6;

    private readonly TraceFormat _states;
    private readonly TraceFormat? _ends;
    private readonly Fields _state;
    private readonly Fields _end;

    private readonly record struct Fields(TraceFormat.Field Address, TraceFormat.Field Family, TraceFormat.Field LocalPort, TraceFormat.Field RemotePort,
        TraceFormat.Field Local4, TraceFormat.Field Remote4, TraceFormat.Field Local6, TraceFormat.Field Remote6)
    {
        public static Fields Of(TraceFormat f) => new(f["skaddr"], f["family"], f["sport"], f["dport"], f["saddr"], f["daddr"], f["saddr_v6"], f["daddr_v6"]);
    }

    private readonly TraceFormat.Field _oldState, _newState, _protocol, _cookie;

    /// <param name="states">Of sock:inet_sock_set_state.</param>
    /// <param name="ends">Of tcp:tcp_destroy_sock, where the kernel has it.</param>
    public PerfRecords(TraceFormat states, TraceFormat? ends)
    {
        (_states, _ends) = (states, ends);
        (_oldState, _newState, _protocol) = (states["oldstate"], states["newstate"], states["protocol"]);
        _state = Fields.Of(states);
        _end = ends is null ? default : Fields.Of(ends);
        _cookie = ends?["sock_cookie"] ?? default;
    }

    /// <summary>The tracepoint has every field without which nothing can be told.</summary>
    public bool IsUsable => _state is { Address.Exists: true, Family.Exists: true, LocalPort.Exists: true, RemotePort.Exists: true, Local4.Size: 4, Remote4.Size: 4 }
        && _oldState.Exists && _newState.Exists;

    /// <summary>Ends come with their cookies.</summary>
    public bool HasEnds => _cookie.Exists;

    /// <summary>A tracepoint's, of whatever protocol.</summary>
    public static bool IsSample(ReadOnlySpan<byte> record) => record.Length >= HeaderLength && BinaryPrimitives.ReadUInt32LittleEndian(record) == Sample;

    /// <summary>Decodes one record, header included; false when it isn't one that we know, or not whole.</summary>
    public bool TryRead(ReadOnlySpan<byte> record, out TraceRecord result)
    {
        result = default;
        if (record.Length < HeaderLength || BinaryPrimitives.ReadUInt16LittleEndian(record[6..]) > record.Length)
            return false;
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(record);
        var body = record[HeaderLength..];
        return type switch
        {
            Sample => TryReadSample(body, ref result),
            Lost when body.Length >= 16 => Loss(body[8..], ref result),
            LostSamples when body.Length >= 8 => Loss(body, ref result),
            Fork or Exit when body.Length >= 24 => Process(body, type == Fork ? TraceRecordKind.Fork : TraceRecordKind.Exit, ref result),
            Comm when body.Length >= 8 + 8 + IdentityLength => Name(body, ref result),
            Namespaces when body.Length >= 16 + 16 + IdentityLength => Namespace(body, ref result),
            _ => false,
        };
    }

    private bool TryReadSample(ReadOnlySpan<byte> body, ref TraceRecord result)
    {
        if (body.Length < IdentityLength + 4)
            return false;
        ReadIdentity(body, ref result);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(body[IdentityLength..]);
        var raw = body[(IdentityLength + 4)..];
        if (size > raw.Length || size < 8)
            return false;
        raw = raw[..(int)size];
        result.InInterrupt = (raw[CommonFlags] & (HardInterrupt | SoftInterrupt | Nmi)) != 0;
        int tracepoint = BinaryPrimitives.ReadUInt16LittleEndian(raw); // common_type
        if (tracepoint == _states.Id)
        {
            result.Kind = TraceRecordKind.StateChange;
            result.OldState = StateOf(_oldState.Read(raw));
            result.NewState = StateOf(_newState.Read(raw));
            // The tracepoint is SCTP's and MPTCP's too. Before Linux 5.6 the protocol was one byte.
            return (!_protocol.Exists || _protocol.Read(raw) == ProtocolTcp) && _oldState.Fits(raw) && _newState.Fits(raw) && TryReadSocket(_state, raw, ref result);
        }
        if (_ends is null || tracepoint != _ends.Id)
            return false;
        result.Kind = TraceRecordKind.SocketEnd;
        result.Cookie = _cookie.Read(raw);
        return TryReadSocket(_end, raw, ref result);
    }

    private static bool TryReadSocket(in Fields fields, ReadOnlySpan<byte> raw, ref TraceRecord result)
    {
        result.Address = fields.Address.Read(raw);
        bool ipv4 = fields.Family.Read(raw) == InetDiag.AfInet;
        var (local, remote) = ipv4 ? (fields.Local4, fields.Remote4) : (fields.Local6, fields.Remote6);
        if (result.Address == 0 || local.Size != (ipv4 ? 4 : 16) || remote.Size != local.Size || !local.Fits(raw) || !remote.Fits(raw))
            return false;
        result.Tuple = new(
            InetAddress.FromBytes(local.Bytes(raw)), (ushort)fields.LocalPort.Read(raw),
            InetAddress.FromBytes(remote.Bytes(raw)), (ushort)fields.RemotePort.Read(raw));
        return true;
    }

    // TCP_NEW_SYN_RECV (12) is SYN-RECEIVED by RFC 9293's names.
    private static TcpState StateOf(ulong state) => state == 12 ? TcpState.SynReceived : (TcpState)Math.Min(state, 0xFF);

    private static bool Loss(ReadOnlySpan<byte> count, ref TraceRecord result)
    {
        result.Kind = TraceRecordKind.Lost;
        result.Lost = BinaryPrimitives.ReadUInt64LittleEndian(count);
        return true;
    }

    // struct { u32 pid, ppid, tid, ptid; u64 time; }
    private static bool Process(ReadOnlySpan<byte> body, TraceRecordKind kind, ref TraceRecord result)
    {
        result.Kind = kind;
        result.Pid = BinaryPrimitives.ReadInt32LittleEndian(body);
        result.ParentPid = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        result.Tid = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
        result.Time = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]);
        return true;
    }

    // struct { u32 pid, tid; char comm[]; identity }: comm is filled with zeroes to a multiple of 8.
    private static bool Name(ReadOnlySpan<byte> body, ref TraceRecord result)
    {
        ReadIdentity(body[^IdentityLength..], ref result);
        result.Kind = TraceRecordKind.Name;
        result.Pid = BinaryPrimitives.ReadInt32LittleEndian(body);
        result.Tid = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        var comm = body[8..^IdentityLength];
        Span<byte> name = stackalloc byte[16];
        comm[..Math.Min(comm.Length, 15)].CopyTo(name);
        result.Name = MemoryMarshal.Read<UInt128>(name);
        return true;
    }

    // struct { u32 pid, tid; u64 count; struct { u64 dev, inode; } links[count]; identity }: the network's is the first.
    private static bool Namespace(ReadOnlySpan<byte> body, ref TraceRecord result)
    {
        ReadIdentity(body[^IdentityLength..], ref result);
        result.Kind = TraceRecordKind.Namespace;
        result.Pid = BinaryPrimitives.ReadInt32LittleEndian(body);
        result.Tid = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        result.NetworkNamespace = BinaryPrimitives.ReadUInt64LittleEndian(body[24..]);
        return BinaryPrimitives.ReadUInt64LittleEndian(body[8..]) > 0;
    }

    private static void ReadIdentity(ReadOnlySpan<byte> bytes, ref TraceRecord result)
    {
        result.Pid = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        result.Tid = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        result.Time = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }
}
