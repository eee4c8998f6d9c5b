namespace Sereno.Sockets.Filter;

/// <summary>Address families by the kernel's numbers (AF_UNIX and its siblings of linux/socket.h).</summary>
public enum SocketFamily : byte { Unspecified = 0, Unix = 1, Inet = 2, Inet6 = 10, Netlink = 16, Packet = 17, Tipc = 30, Vsock = 40, Xdp = 44 }
