using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat's Unix domain sockets, from /proc/net/unix.</summary>
internal sealed class UnixRows(NetstatPage page, NetstatRequest request, ProgramNames? programs)
{
    public const string Path = "/proc/net/unix";
    private const uint WaitsForData = 0x20000, NoSpace = 0x40000; // SO_WAITDATA, SO_NOSPACE
    private const int Free = 0, Unconnected = 1, Connecting = 2, Connected = 3, Disconnecting = 4; // enum socket_state of linux/net.h

    public void WriteHeading()
    {
        page.Print("Active UNIX domain sockets ");
        page.Print(InternetRows.Subset(request));
        page.Print("\nProto RefCnt Flags       Type       State         I-Node  ");
        if (programs is not null)
            page.Out.Append(ProgramNames.Heading);
        page.Print(" Path\n");
    }

    /// <returns>The errno that kept it from being read, or 0.</returns>
    public int Write()
    {
        using var lines = ProcLines.TryOpen(Path, out int errno);
        if (lines is null)
            return errno;
        for (int number = 0; lines.Next(out var line); number++)
            if (number > 0)
                if (!ProcUnix.TryRead(line, out var socket, out uint protocol, out uint state, out var path))
                    page.Complain("warning, got bogus unix line.\n");
                else if (IsShown(socket, state))
                    WriteRow(socket, protocol, state, path);
        return 0;
    }

    private bool IsShown(in UnixRecord socket, uint state) =>
        request.All || (state == Unconnected && (socket.Flags & ProcUnix.FlagListens) != 0) == request.Listening;

    private void WriteRow(in UnixRecord socket, uint protocol, uint state, ReadOnlySpan<byte> path)
    {
        var output = page.Out;
        output.Append(protocol == 0 ? "unix  "u8 : "??    "u8);
        Column(output, socket.References, 6);
        int start = output.Length;
        output.Append("[ "u8);
        if ((socket.Flags & ProcUnix.FlagListens) != 0)
            output.Append("ACC "u8);
        if ((socket.Flags & WaitsForData) != 0)
            output.Append("W "u8);
        if ((socket.Flags & NoSpace) != 0)
            output.Append("N "u8);
        output.Append(']');
        output.PadFrom(start, 12);
        Column(output, page.Texts[KindName(socket.Kind)], 10);
        string stateName = StateName(socket, state);
        Column(output, stateName.Length == 0 ? "" : page.Texts[stateName], 13);
        start = output.Length;
        output.Append(socket.Inode);
        output.PadFrom(start, 8);
        programs?.Append(output, socket.Inode);
        output.Append(' ');
        output.Append(FirstWord(path));
        output.Append('\n');
        page.EndRow();
    }

    private static void Column(Utf8Buffer output, string text, int width)
    {
        int start = output.Length;
        output.Append(text);
        output.PadFrom(start, width);
        output.Append(' ');
    }

    private static void Column(Utf8Buffer output, uint number, int width)
    {
        int start = output.Length;
        output.Append(number);
        output.PadFrom(start, width);
        output.Append(' ');
    }

    private static string KindName(SocketKind kind) => (int)kind switch
    {
        1 => "STREAM",
        2 => "DGRAM",
        3 => "RAW",
        4 => "RDM",
        5 => "SEQPACKET",
        _ => "UNKNOWN",
    };

    private static string StateName(in UnixRecord socket, uint state) => state switch
    {
        Free => "FREE",
        Unconnected => (socket.Flags & ProcUnix.FlagListens) != 0 ? "LISTENING" : "",
        Connecting => "CONNECTING",
        Connected => "CONNECTED",
        Disconnecting => "DISCONNECTING",
        _ => "UNKNOWN",
    };

    // netstat reads the path with scanf's %s: it ends where white space begins.
    private static ReadOnlySpan<byte> FirstWord(ReadOnlySpan<byte> path)
    {
        var blanks = " \t\n\v\f\r"u8;
        path = path.TrimStart(blanks);
        int end = path.IndexOfAny(blanks);
        path = end < 0 ? path : path[..end];
        return path.IndexOf((byte)0) is var zero and >= 0 ? path[..zero] : path;
    }
}
