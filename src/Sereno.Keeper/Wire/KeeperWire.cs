using System.Text;

namespace Sereno.Keeper.Wire;

/// <summary>Messages to packets and back, without I/O. Decoding gives null for anything that no encoder makes.</summary>
public static class KeeperWire
{
    /// <summary>No packet is longer: it must fit the default SO_SNDBUF with its bookkeeping (socket(7)).</summary>
    public const int MaxPacket = 64 * 1024;

    public const int MaxTag = 16 * 1024, MaxLog = 16 * 1024, MaxName = 255;

    /// <summary>A longer plan travels in a sealed memfd.</summary>
    public const int MaxInlinePlan = 24 * 1024;

    private enum Type : byte
    {
        Spawn = 1, Acknowledge, Hold, Drop, Exit, SpawnTaking,
        Child = 32, Held, Welcome, Spawned, SpawnFailed, Exited, Signal,
        StreamOpened = 64, StreamDone,
    }

    public static byte[] Encode(KeeperRequest request) => request switch
    {
        SpawnRequest r => Spawn(r.Id, r.HasCgroup, r.Tag, r.Log, r.Plan, r.Taken),
        AcknowledgeRequest r => Number64(Type.Acknowledge, r.Sequence),
        HoldRequest r => Name(Type.Hold, r.Name),
        DropRequest r => Name(Type.Drop, r.Name),
        ExitRequest r => Number32(Type.Exit, r.Code),
        _ => throw new ArgumentException("unknown request", nameof(request)),
    };

    public static byte[] Spawn(ulong id, bool hasCgroup, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> log, ReadOnlySpan<byte> plan, string taken = "")
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tag.Length, MaxTag, nameof(tag));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(log.Length, MaxLog, nameof(log));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plan.Length, MaxInlinePlan, nameof(plan));
        int name = Encoding.UTF8.GetByteCount(taken);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name, MaxName, nameof(taken));
        var w = new PacketWriter(22 + tag.Length + log.Length + plan.Length + (name > 0 ? 4 + name : 0));
        w.U8((byte)(name > 0 ? Type.SpawnTaking : Type.Spawn));
        w.U64(id);
        w.U8(hasCgroup ? (byte)1 : (byte)0);
        w.Blob(tag);
        w.Blob(log);
        w.Blob(plan);
        if (name > 0)
            w.Text(taken);
        return w.Bytes;
    }

    public static KeeperRequest? DecodeRequest(ReadOnlySpan<byte> packet)
    {
        var r = new PacketReader(packet);
        KeeperRequest? request = (Type)r.U8() switch
        {
            Type.Spawn => new SpawnRequest(r.U64(), r.U8() == 1, r.Blob(), r.Blob(), r.Blob()),
            Type.SpawnTaking => new SpawnRequest(r.U64(), r.U8() == 1, r.Blob(), r.Blob(), r.Blob(), r.Text()),
            Type.Acknowledge => new AcknowledgeRequest(r.U64()),
            Type.Hold => new HoldRequest(r.Text()),
            Type.Drop => new DropRequest(r.Text()),
            Type.Exit => new ExitRequest(r.I32()),
            _ => null,
        };
        return r.Complete ? request : null;
    }

    public static byte[] Encode(KeeperReply reply)
    {
        switch (reply)
        {
            case ChildReply r:
                return Child(Type.Child, r.Id, r.Pid, r.InCgroup, r.Tag);
            case SpawnedReply r:
                return Child(Type.Spawned, r.Id, r.Pid, r.InCgroup, []);
            case HeldReply r:
                return Name(Type.Held, r.Name);
            case WelcomeReply:
                return [(byte)Type.Welcome];
            case SpawnFailedReply r:
            {
                var w = new PacketWriter(21);
                w.U8((byte)Type.SpawnFailed);
                w.U64(r.Id);
                w.U32((uint)r.Stage);
                w.I32(r.Errno);
                w.I32(r.Operation);
                return w.Bytes;
            }
            case ExitedReply r:
            {
                var w = new PacketWriter(30 + r.Tag.Length);
                w.U8((byte)Type.Exited);
                w.U64(r.Sequence);
                w.U64(r.Id);
                w.I32(r.Pid);
                w.U8((byte)r.Code);
                w.I32(r.Status);
                w.Blob(r.Tag);
                return w.Bytes;
            }
            case SignalReply r:
                return Number32(Type.Signal, r.Signo);
            default:
                throw new ArgumentException("unknown reply", nameof(reply));
        }
    }

    public static KeeperReply? DecodeReply(ReadOnlySpan<byte> packet)
    {
        var r = new PacketReader(packet);
        KeeperReply? reply;
        switch ((Type)r.U8())
        {
            case Type.Child:
                reply = new ChildReply(r.U64(), r.I32(), r.U8() == 1, r.Blob());
                break;
            case Type.Spawned:
                reply = new SpawnedReply(r.U64(), r.I32(), r.U8() == 1);
                _ = r.Blob();
                break;
            case Type.Held:
                reply = new HeldReply(r.Text());
                break;
            case Type.Welcome:
                reply = new WelcomeReply();
                break;
            case Type.SpawnFailed:
                reply = new SpawnFailedReply(r.U64(), r.I32(), r.I32(), r.I32());
                break;
            case Type.Exited:
                reply = new ExitedReply(r.U64(), r.U64(), r.I32(), r.U8(), r.I32(), r.Blob());
                break;
            case Type.Signal:
                reply = new SignalReply(r.I32());
                break;
            default:
                return null;
        }
        return r.Complete ? reply : null;
    }

    public static byte[] Encode(StreamOpened stream)
    {
        var w = new PacketWriter(17 + stream.Metadata.Length);
        w.U8((byte)Type.StreamOpened);
        w.U64(stream.StreamId);
        w.I32(stream.Pid);
        w.Blob(stream.Metadata);
        return w.Bytes;
    }

    public static byte[] Encode(StreamDone done) => Number64(Type.StreamDone, done.StreamId);

    public static StreamOpened? DecodeStreamOpened(ReadOnlySpan<byte> packet)
    {
        var r = new PacketReader(packet);
        return (Type)r.U8() == Type.StreamOpened && new StreamOpened(r.U64(), r.I32(), r.Blob()) is var s && r.Complete ? s : null;
    }

    public static StreamDone? DecodeStreamDone(ReadOnlySpan<byte> packet)
    {
        var r = new PacketReader(packet);
        return (Type)r.U8() == Type.StreamDone && new StreamDone(r.U64()) is var d && r.Complete ? d : null;
    }

    private static byte[] Child(Type type, ulong id, int pid, bool inCgroup, ReadOnlySpan<byte> tag)
    {
        var w = new PacketWriter(18 + tag.Length);
        w.U8((byte)type);
        w.U64(id);
        w.I32(pid);
        w.U8(inCgroup ? (byte)1 : (byte)0);
        w.Blob(tag);
        return w.Bytes;
    }

    private static byte[] Name(Type type, string name)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxName, nameof(name));
        var w = new PacketWriter(5 + length);
        w.U8((byte)type);
        w.Text(name);
        return w.Bytes;
    }

    private static byte[] Number32(Type type, int value)
    {
        var w = new PacketWriter(5);
        w.U8((byte)type);
        w.I32(value);
        return w.Bytes;
    }

    private static byte[] Number64(Type type, ulong value)
    {
        var w = new PacketWriter(9);
        w.U8((byte)type);
        w.U64(value);
        return w.Bytes;
    }
}
