using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    [LibraryImport(lib)] public static partial byte* bindtextdomain(byte* domainname, byte* dirname);
    [LibraryImport(lib)] public static partial byte* dgettext(byte* domainname, byte* msgid);
}
