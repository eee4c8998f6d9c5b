using System.Buffers.Text;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Network namespaces as namespaces(7) shows them: a link or a file whose text is "net:[INODE]".</summary>
public static partial class Namespace
{
    /// <summary>Moves this thread, and no other, into a network namespace (setns(2)): for a thread that ends there.</summary>
    /// <param name="path">/proc/PID/ns/net or a bind mount of one.</param>
    /// <param name="inode">Which one it must be: a pid may have passed to another process.</param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN; ENOENT when it is gone.</exception>
    public static void EnterNetwork(byte[] path, ulong inode)
    {
        string action = $"enter the network namespace {Encoding.UTF8.GetString(path)}";
        var opened = Files.TryOpen([.. path, 0], libc.O_RDONLY, out int errno);
        // Of a process that ends just now the kernel says EACCES; asked again, that there is none.
        if (errno == libc.EACCES)
            opened = Files.TryOpen([.. path, 0], libc.O_RDONLY, out errno);
        using var fd = opened ?? throw new LinuxException(errno, action);
        Errno.Check(libc.setns(fd.Number, libc.CLONE_NEWNET), action);
        if (InodeOf("/proc/thread-self/ns/net") != inode)
            throw new LinuxException(libc.ENOENT, action);
    }

    /// <summary>Moves this thread, and no other, into the network namespace of a descriptor: 0, or the errno of setns(2).</summary>
    public static int TryEnterNetwork(Fd fd) => libc.setns(fd.Number, libc.CLONE_NEWNET) == -1 ? Errno.Last : 0;

    /// <summary>The namespace that a link like /proc/self/ns/net leads to, or null.</summary>
    public static ulong? InodeOf(string path)
    {
        Span<byte> target = stackalloc byte[64];
        int length = Files.ReadLink(path, target);
        return length > 0 ? Parse(target[..length]) : null;
    }

    /// <summary>The inode in "net:[4026531840]", or null.</summary>
    public static ulong? Parse(ReadOnlySpan<byte> text) =>
        text.StartsWith("net:["u8) && Utf8Parser.TryParse(text[5..], out ulong inode, out int used) && text[(5 + used)..].SequenceEqual("]"u8)
            ? inode : null;

    /// <summary>Bind mounts of network namespaces in the lines of /proc/self/mountinfo (proc_pid_mountinfo(5)): inode and path.</summary>
    /// <param name="mountinfo">Its bytes, each a character (Latin 1): a path needn't be UTF-8.</param>
    public static IEnumerable<(ulong Inode, byte[] Path)> NetworkMounts(IEnumerable<string> mountinfo)
    {
        foreach (string line in mountinfo)
            if (line.Split(' ') is [_, _, _, var root, var path, ..] && Parse(Encoding.UTF8.GetBytes(root)) is ulong inode)
                yield return (inode, Unescape(Encoding.Latin1.GetBytes(path)));
    }

    /// <summary>A path as proc_pid_mounts(5) writes it: spaces, tabs, line ends and backslashes in octal.</summary>
    internal static byte[] Unescape(byte[] text)
    {
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                bytes.Add((byte)((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0')));
                i += 3;
            }
            else
                bytes.Add(text[i]);
        return [.. bytes];
    }
}
