using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>The 64-bit ids of cgroup v2, which the kernel hands out as file handles (name_to_handle_at(2)).</summary>
public static unsafe class CgroupId
{
    private const int HandleBytes = sizeof(ulong);

    /// <summary>The id of a cgroup by its folder, or by its path below the first cgroup v2 mount. As in iproute2, any path with a
    /// handle of 8 bytes passes for a cgroup.</summary>
    /// <param name="error">iproute2's words when it returns 0; empty otherwise.</param>
    public static ulong Of(string path, out string error)
    {
        error = "";
        if (TryHandle(libc.AT_FDCWD, path, out ulong id, out error))
            return id;
        path = path.TrimStart('/');
        if (path.Length == 0)
            return Fail("Invalid cgroup2 path", out error);
        if (FindMount() is not string mount)
            return Fail("Failed to find cgroup2 mount", out error);
        using var fd = Files.TryOpen(mount, libc.O_RDONLY | libc.O_DIRECTORY, out _);
        if (fd is null)
            return Fail("Failed to open cgroup2 mount", out error);
        return TryHandle(fd.Number, path, out id, out error) ? id : 0;
    }

    private static bool TryHandle(int folder, string path, out ulong id, out string error)
    {
        byte* handle = stackalloc byte[sizeof(libc.file_handle) + HandleBytes];
        var header = (libc.file_handle*)handle;
        header->handle_bytes = HandleBytes;
        int mount;
        id = 0;
        error = "";
        fixed (byte* p = Encoding.UTF8.GetBytes(path + '\0'))
            if (libc.name_to_handle_at(folder, p, header, &mount, 0) < 0)
            {
                error = $"Failed to get cgroup2 ID: {Errno.Text(Errno.Last)}";
                return false;
            }
        if (header->handle_bytes != HandleBytes)
            error = "Invalid size of cgroup2 ID";
        else
            id = *(ulong*)(handle + sizeof(libc.file_handle));
        return true;
    }

    private static ulong Fail(string why, out string error)
    {
        error = why;
        return 0;
    }

    /// <summary>The first cgroup v2 mount, or null.</summary>
    public static string? FindMount()
    {
        try
        {
            return File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).FirstOrDefault(fields => fields is [_, _, "cgroup2", ..]) is [_, var path, ..]
                ? Encoding.UTF8.GetString(Namespace.Unescape(Encoding.UTF8.GetBytes(path))) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no /proc
        }
    }
}
