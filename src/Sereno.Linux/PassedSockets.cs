using System.Globalization;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What a descriptor that we were started with is.</summary>
public enum PassedKind
{
    /// <summary>No socket, or not even open.</summary>
    None,
    Listening,
    Connected,
    Datagram,
}

/// <summary>Sockets that whoever started us has opened: sd_listen_fds(3)'s, or standard input as inetd(8) leaves it.</summary>
public static unsafe class PassedSockets
{
    private const int First = 3; // SD_LISTEN_FDS_START

    /// <summary>Their numbers; they are from now on ours, and closed on exec. What was meant for another process (LISTEN_PID) isn't taken.</summary>
    public static IReadOnlyList<int> Take()
    {
        int[] passed = [];
        if (Number("LISTEN_PID") == Self.Pid && Number("LISTEN_FDS") is > 0 and var count)
            passed = [.. Enumerable.Range(First, count)];
        else if (KindOf(0) != PassedKind.None)
            passed = [0];
        foreach (string name in (string[])["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
            Environment.SetEnvironmentVariable(name, null);
        foreach (int fd in passed)
            if (fd >= First)
                libc.fcntl(fd, libc.F_SETFD, libc.FD_CLOEXEC);
        return passed;
    }

    public static PassedKind KindOf(int fd) => Option(fd, libc.SO_TYPE) switch
    {
        null => PassedKind.None,
        libc.SOCK_DGRAM => PassedKind.Datagram,
        _ => Option(fd, libc.SO_ACCEPTCONN) == 1 ? PassedKind.Listening : PassedKind.Connected,
    };

    /// <summary>Whether two of our descriptors are of one socket, pipe or file.</summary>
    public static bool AreSame(int one, int other)
    {
        try
        {
            using Fd a = Fd.DuplicateOf(one), b = Fd.DuplicateOf(other);
            return FileStatus.Of(a).IsSameFileAs(FileStatus.Of(b));
        }
        catch (LinuxException e) when (e.Number == libc.EBADF)
        {
            return false;
        }
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static int? Option(int fd, int name)
    {
        int value;
        uint length = sizeof(int);
        return libc.getsockopt(fd, libc.SOL_SOCKET, name, &value, &length) == 0 ? value : null;
    }
}
