using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public struct passwd { public byte* pw_name; public byte* pw_passwd; public uint pw_uid; public uint pw_gid; public byte* pw_gecos; public byte* pw_dir; public byte* pw_shell; }

    [LibraryImport(lib)] public static partial passwd* getpwuid(uint uid);
}
