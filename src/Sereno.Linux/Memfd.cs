using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Anonymous files that can be sealed and passed on (memfd_create(2)).</summary>
public static unsafe class Memfd
{
    private const int Seals = libc.F_SEAL_SEAL | libc.F_SEAL_SHRINK | libc.F_SEAL_GROW | libc.F_SEAL_WRITE;

    /// <summary>A file with this content that nobody can change any more.</summary>
    /// <param name="name">Shown in /proc/PID/fd; at most 249 bytes.</param>
    public static Fd Sealed(string name, ReadOnlySpan<byte> content)
    {
        var fd = Create(name);
        fd.WriteAll(content);
        Errno.Check(libc.fcntl(fd.Number, libc.F_ADD_SEALS, Seals), "seal a memfd");
        return fd;
    }

    public static Fd Create(string name)
    {
        fixed (byte* p = Files.Text(name))
            return new Fd(Errno.Check(libc.memfd_create(p, libc.MFD_CLOEXEC | libc.MFD_ALLOW_SEALING), "create a memfd"));
    }

    public static bool IsSealed(Fd fd) => libc.fcntl(fd.Number, libc.F_GET_SEALS, 0) is >= 0 and var seals && (seals & Seals) == Seals;

    /// <summary>The whole content, wherever the file position is.</summary>
    public static byte[] ReadAll(Fd fd)
    {
        using var content = new MemoryStream();
        var buffer = stackalloc byte[16384];
        for (nint n; (n = libc.pread(fd.Number, buffer, 16384, (nint)content.Length)) != 0;)
            content.Write(new ReadOnlySpan<byte>(buffer, Errno.Check((int)n, "read a memfd")));
        return content.ToArray();
    }
}
