using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int NI_MAXHOST = 1025;

    public struct servent { public byte* s_name; public byte** s_aliases; public int s_port; public byte* s_proto; }

    [LibraryImport(lib)] public static partial servent* getservbyport(int port, byte* proto);
    [LibraryImport(lib)] public static partial int getnameinfo(void* addr, uint addrlen, byte* host, uint hostlen, byte* serv, uint servlen, int flags);

    public struct hostent { public byte* h_name; public byte** h_aliases; public int h_addrtype; public int h_length; public byte** h_addr_list; }

    [LibraryImport(lib)] public static partial servent* getservbyname(byte* name, byte* proto);
    [LibraryImport(lib)] public static partial hostent* gethostbyname2(byte* name, int af);
}
