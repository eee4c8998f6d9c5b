using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A failed system call: "cannot X: cause".</summary>
public sealed class LinuxException(int errno, string action) : IOException($"cannot {action}: {Errno.Text(errno)}", errno)
{
    public int Number { get; } = errno;
}

/// <summary>errno(3): the last one, its text, and the usual ways to deal with it.</summary>
public static class Errno
{
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>strerror(3)'s text, as glibc gives it in the C locale.</summary>
    public static string Text(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    public static LinuxException Failed(string action) => new(Last, action);

    /// <summary>Passes a result through; -1 becomes a <see cref="LinuxException"/>.</summary>
    public static int Check(int result, string action) => result == -1 ? throw Failed(action) : result;

    /// <summary>Passes a byte count through; EAGAIN becomes -1, any other error a <see cref="LinuxException"/>.</summary>
    public static int Transfer(nint result, string action) =>
        result >= 0 ? (int)result : Last == libc.EAGAIN ? -1 : throw Failed(action);
}
