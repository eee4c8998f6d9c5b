using System.Text;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    private static readonly Dictionary<Specimen, Recipe> s_unix = new()
    {
        [Specimen.UnixListening] = new(lab => lab.UnixListen(lab.Path("listening")), "-xan", @"^u_str LISTEN 0 5 /\S+/listening \d+ \* 0"),
        [Specimen.UnixListeningPending] = new(lab => lab.UnixCrowd(), "-xan", @"^u_str LISTEN 2 5 /\S+/pending \d+ \* 0"),
        [Specimen.UnixConnected] = new(lab => lab.UnixConnectPair(lab.Path("connected")), "-xan", @"^u_str ESTAB 0 0 /\S+/connected \d+ \* [1-9]"),
        [Specimen.UnixAbstractListening] = new(lab => lab.UnixListen("\0lab/abstract"), "-xan", @"^u_str LISTEN 0 5 @lab/abstract \d+ \* 0"),
        [Specimen.UnixAbstractConnected] = new(lab => lab.UnixConnectPair("\0lab/abstract connected"), "-xan", @"^u_str ESTAB 0 0 @lab/abstract connected \d+ \* [1-9]"),
        [Specimen.UnixPairStream] = new(lab => lab.UnixPair(SOCK_STREAM), "-xan", @"^u_str ESTAB 0 0 \* \d+ \* [1-9]"),
        [Specimen.UnixPairDatagram] = new(lab => lab.UnixPair(SOCK_DGRAM), "-xan", @"^u_dgr (ESTAB|UNCONN) 0 0 \* \d+ \* [1-9]"),
        [Specimen.UnixPairSeqpacket] = new(lab => lab.UnixPair(SOCK_SEQPACKET), "-xan", @"^u_seq ESTAB 0 0 \* \d+ \* [1-9]"),
        [Specimen.UnixDatagramNamed] = new(lab => lab.Unix(SOCK_DGRAM, lab.Path("datagram")), "-xan", @"^u_dgr UNCONN 0 0 /\S+/datagram \d+ \* 0"),
        [Specimen.UnixDatagramConnected] = new(lab => lab.UnixLogger(), "-xan", @"^u_dgr (ESTAB|UNCONN) 0 0 \* \d+ \* [1-9]"),
        [Specimen.UnixSeqpacketListening] = new(lab => lab.UnixListen(lab.Path("seqpacket"), SOCK_SEQPACKET), "-xan", @"^u_seq LISTEN 0 5 /\S+/seqpacket \d+ \* 0"),
        [Specimen.UnixSpace] = new(lab => lab.UnixListen(lab.Path("with a space")), "-xan", @"^u_str LISTEN 0 5 /\S+/with a space \d+ \* 0"),
        [Specimen.UnixNewline] = new(lab => lab.UnixListen(lab.Path("new\nline")), "-xan", @"^u_str LISTEN 0 5 /\S+/new"),
        [Specimen.UnixAt] = new(lab => lab.UnixListen(lab.Path("@at@")), "-xan", @"^u_str LISTEN 0 5 /\S+/@at@ \d+ \* 0"),
        [Specimen.UnixOddBytes] = new(lab => lab.UnixListen(lab.Path("odd\u0001\t\u007F\\ é")), "-xan", @"^u_str LISTEN 0 5 /\S+/odd"),
        [Specimen.UnixAbstractNuls] = new(lab => lab.UnixListen("\0lab\0nul\0\0s\0"), "-xan", @"^u_str LISTEN 0 5 @lab@nul@@s@ \d+ \* 0"),
        [Specimen.UnixLongestPath] = new(lab => lab.UnixListen(lab.Path("l").PadRight(107, 'o')), "-xan", @"^u_str LISTEN 0 5 /\S+/lo+ \d+ \* 0"),
        [Specimen.UnixShutRead] = new(lab => lab.UnixShut(SHUT_RD), "-xane", @"^u_str ESTAB .* -->"),
        [Specimen.UnixShutWrite] = new(lab => lab.UnixShut(SHUT_WR), "-xane", @"^u_str ESTAB .* <--"),
        [Specimen.UnixShutBoth] = new(lab => lab.UnixShut(SHUT_RDWR), "-xane", @"^u_str ESTAB .* ---"),
        [Specimen.UnixDataWaiting] = new(lab => SocketLab.Send(lab.UnixPair(SOCK_STREAM)[0], 300), "-xan", @"^u_str ESTAB 300 "),
        [Specimen.UnixUnbound] = new(lab => lab.Socket(AF_UNIX, SOCK_STREAM), "-xan", @"^u_str UNCONN 0 0 \* \d+ \* 0"),
        [Specimen.UnixRemoved] = new(lab => lab.UnixRemove(), "-xan", @"^u_str LISTEN 0 5 /\S+/removed \d+ \* 0"),
    };
}

internal sealed partial class SocketLab
{
    private int _names;

    /// <returns>A path in the lab's folder that no other of its sockets has.</returns>
    public string Path(string name) => System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Folder, (_names++).ToString())).FullName, name);

    /// <param name="name">A path, or an abstract name, which begins with a NUL; taken as UTF-8.</param>
    public int Unix(int type, string name)
    {
        int fd = Socket(AF_UNIX, type);
        byte[] address = UnixAddress(name);
        if (bind(fd, address, address.Length) < 0)
        {
            if (name[0] != '\0' || System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != EADDRINUSE)
                throw LabException.Last($"bind to {name}");
            address = UnixAddress(name + _names++);
            Check(bind(fd, address, address.Length), "bind");
        }
        return fd;
    }

    public int UnixListen(string name, int type = SOCK_STREAM)
    {
        int fd = Unix(type, name);
        Check(listen(fd, 5), "listen");
        return fd;
    }

    public int[] UnixPair(int type)
    {
        int[] pair = new int[2];
        Check(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair), "make a socket pair");
        return [Hold(pair[0]), Hold(pair[1])];
    }

    public int UnixConnect(int listener, int type)
    {
        int fd = Socket(AF_UNIX, type), length = 110;
        byte[] address = new byte[length];
        Check(getsockname(listener, address, ref length), "get a socket's name");
        Check(connect(fd, address, length), "connect");
        return fd;
    }

    public void UnixConnectPair(string name)
    {
        int listener = UnixListen(name);
        UnixConnect(listener, SOCK_STREAM);
        Accept(listener);
    }

    public void UnixCrowd()
    {
        int listener = UnixListen(Path("pending"));
        UnixConnect(listener, SOCK_STREAM);
        UnixConnect(listener, SOCK_STREAM);
    }

    /// <summary>As syslog's: many senders of datagrams, one receiver who connects to none.</summary>
    public void UnixLogger() => UnixConnect(Unix(SOCK_DGRAM, Path("log")), SOCK_DGRAM);

    public void UnixShut(int how) => Check(shutdown(UnixPair(SOCK_STREAM)[0], how), "shut down");

    public void UnixRemove()
    {
        string path = Path("removed");
        UnixListen(path);
        File.Delete(path);
    }

    private static byte[] UnixAddress(string name) =>
        [AF_UNIX, 0, .. Encoding.UTF8.GetBytes(name), .. name[0] == '\0' ? (byte[])[] : [0]];
}
