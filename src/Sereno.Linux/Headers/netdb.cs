using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int NI_MAXHOST = 1025, NI_NAMEREQD = 8;

    public struct servent { public byte* s_name; public byte** s_aliases; public int s_port; public byte* s_proto; }
    public struct protoent { public byte* p_name; public byte** p_aliases; public int p_proto; }
    public struct netent { public byte* n_name; public byte** n_aliases; public int n_addrtype; public uint n_net; }

    [LibraryImport(lib)] public static partial protoent* getprotobynumber(int proto);
    [LibraryImport(lib)] public static partial servent* getservbyport(int port, byte* proto);
    [LibraryImport(lib)] public static partial void setservent(int stayopen);
    [LibraryImport(lib)] public static partial servent* getservent();
    [LibraryImport(lib)] public static partial void endservent();
    [LibraryImport(lib)] public static partial void setprotoent(int stayopen);
    [LibraryImport(lib)] public static partial protoent* getprotoent();
    [LibraryImport(lib)] public static partial void endprotoent();
    [LibraryImport(lib)] public static partial netent* getnetbyaddr(uint net, int type);
    [LibraryImport(lib)] public static partial int getnameinfo(void* addr, uint addrlen, byte* host, uint hostlen, byte* serv, uint servlen, int flags);

    public struct hostent { public byte* h_name; public byte** h_aliases; public int h_addrtype; public int h_length; public byte** h_addr_list; }

    [LibraryImport(lib)] public static partial servent* getservbyname(byte* name, byte* proto);
    [LibraryImport(lib)] public static partial hostent* gethostbyname2(byte* name, int af);
}
