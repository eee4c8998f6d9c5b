using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17, AF_VSOCK = 40;
    public const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_SEQPACKET = 5, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800;
    public const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ERROR = 4, SO_BROADCAST = 6, SO_SNDBUF = 7, SO_RCVBUF = 8, SO_KEEPALIVE = 9, SO_PRIORITY = 12, SO_REUSEPORT = 15, SO_PASSCRED = 16, SO_PEERCRED = 17,
        SO_BINDTODEVICE = 25, SO_ATTACH_FILTER = 26, SO_DETACH_FILTER = 27, SO_TIMESTAMP = 29, SO_ACCEPTCONN = 30, SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33, SO_PASSSEC = 34, SO_TIMESTAMPNS = 35, SO_MARK = 36, SO_PROTOCOL = 38, SO_DOMAIN = 39, SO_PEERGROUPS = 59, SO_PEERPIDFD = 77;
    public const int SCM_RIGHTS = 1, SCM_CREDENTIALS = 2, SCM_SECURITY = 3, SCM_TIMESTAMP = SO_TIMESTAMP;
    public const int MSG_PEEK = 2, MSG_CTRUNC = 8, MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000;
    public const int SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2;

    public struct iovec { public void* iov_base; public nuint iov_len; }

    public struct msghdr
    {
        public void* msg_name; public uint msg_namelen;
        public iovec* msg_iov; public nuint msg_iovlen;
        public void* msg_control; public nuint msg_controllen;
        public int msg_flags;
    }

    public struct mmsghdr { public msghdr msg_hdr; public uint msg_len; }

    public struct cmsghdr { public nuint cmsg_len; public int cmsg_level; public int cmsg_type; }

    public struct ucred { public int pid; public uint uid; public uint gid; }

    [LibraryImport(lib, SetLastError = true)] public static partial int socket(int domain, int type, int protocol);
    [LibraryImport(lib, SetLastError = true)] public static partial int socketpair(int domain, int type, int protocol, int* sv);
    [LibraryImport(lib, SetLastError = true)] public static partial int bind(int fd, void* addr, uint len);
    [LibraryImport(lib, SetLastError = true)] public static partial int listen(int fd, int backlog);
    [LibraryImport(lib, SetLastError = true)] public static partial int connect(int fd, void* addr, uint len);
    [LibraryImport(lib, SetLastError = true)] public static partial int accept4(int fd, void* addr, uint* len, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int shutdown(int fd, int how);
    [LibraryImport(lib, SetLastError = true)] public static partial nint sendmsg(int fd, msghdr* msg, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial nint recvmsg(int fd, msghdr* msg, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int recvmmsg(int fd, mmsghdr* vec, uint n, int flags, void* timeout);
    [LibraryImport(lib, SetLastError = true)] public static partial int getsockopt(int fd, int level, int name, void* value, uint* len);
    [LibraryImport(lib, SetLastError = true)] public static partial int setsockopt(int fd, int level, int name, void* value, uint len);
    [LibraryImport(lib, SetLastError = true)] public static partial int getpeername(int fd, void* addr, uint* len);
    [LibraryImport(lib, SetLastError = true)] public static partial int getsockname(int fd, void* addr, uint* len);
}
