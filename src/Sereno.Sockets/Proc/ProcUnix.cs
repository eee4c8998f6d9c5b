using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Proc;

/// <summary>Lines of /proc/net/unix to records (unix_seq_show in the kernel).</summary>
public static class ProcUnix
{
    /// <summary>__SO_ACCEPTCON: it listens.</summary>
    public const uint FlagListens = 0x10000;

    /// <summary>One line; false when it isn't one: the heading, or what follows a line end inside a path.</summary>
    /// <param name="path">The name as the kernel prints it: "@" for every zero byte, and before all of an abstract name.
    /// <see cref="UnixRecord.Name"/> stays empty: see <see cref="NameOf"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, out UnixRecord record, out ReadOnlySpan<byte> path) => TryRead(line, out record, out _, out _, out path);

    /// <param name="protocol">Always 0 so far.</param>
    /// <param name="socketState">SS_UNCONNECTED 1, SS_CONNECTING 2, SS_CONNECTED 3, SS_DISCONNECTING 4 (linux/net.h).</param>
    public static bool TryRead(ReadOnlySpan<byte> line, out UnixRecord record, out uint protocol, out uint socketState, out ReadOnlySpan<byte> path)
    {
        record = default;
        var fields = new ProcFields(line);
        fields.Hex(fields.Before(':'));
        record.References = (uint)fields.Hex(fields.Next());
        protocol = (uint)fields.Hex(fields.Next());
        record.Flags = (uint)fields.Hex(fields.Next());
        record.Kind = (SocketKind)fields.Hex(fields.Next());
        socketState = (uint)fields.Hex(fields.Next());
        record.State = (record.Flags & FlagListens) != 0 ? TcpState.Listen : socketState == 3 ? TcpState.Established : TcpState.Close;
        path = default;
        if (fields.Malformed)
            return false;
        record.Inode = (uint)fields.Decimal(fields.Next());
        path = fields.Rest is [(byte)' ', .. var rest] ? rest : default;
        return true;
    }

    /// <summary>The bytes that a printed name stands for, as near as can be known: an abstract one has its zero first again.</summary>
    /// <remarks>A path that really begins with "@" can't be told from an abstract name here; unix_diag can.</remarks>
    public static byte[] NameOf(ReadOnlySpan<byte> path)
    {
        byte[] name = path.ToArray();
        if (name is [(byte)'@', ..])
            name[0] = 0;
        return name;
    }
}
