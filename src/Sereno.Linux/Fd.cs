using Microsoft.Win32.SafeHandles;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>An owned file descriptor; always close-on-exec.</summary>
public sealed class Fd : SafeHandleMinusOneIsInvalid
{
    public Fd() : base(ownsHandle: true) { }

    /// <summary>Takes ownership of <paramref name="fd"/>.</summary>
    public Fd(int fd) : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number, for a system call made while this object is alive.</summary>
    public int Number => (int)handle;

    /// <summary>A second descriptor of the same open file description.</summary>
    /// <exception cref="LinuxException">EMFILE and its like.</exception>
    public Fd Duplicate() =>
        new(Errno.Check(libc.fcntl(Number, libc.F_DUPFD_CLOEXEC, 3), "duplicate a descriptor"));

    /// <summary>A second descriptor of the open file that is at a number, which somebody else owns.</summary>
    public static Fd DuplicateOf(int number) => new(Errno.Check(libc.fcntl(number, libc.F_DUPFD_CLOEXEC, 3), "duplicate a descriptor"));

    /// <summary>Whether both are of the same open file description (kcmp(2)); false where the kernel doesn't tell.</summary>
    public bool IsSameAs(Fd other) => libc.syscall(libc.SYS_kcmp, Self.Pid, Self.Pid, KcmpFile, Number, other.Number, 0) == 0;

    private const int KcmpFile = 0;

    /// <summary>From now on a read or write that would wait returns -1, or waits; for everybody who shares the open file.</summary>
    public void SetNonBlocking(bool on = true)
    {
        int flags = Errno.Check(libc.fcntl(Number, libc.F_GETFL, 0), "read a descriptor's flags");
        Errno.Check(libc.fcntl(Number, libc.F_SETFL, on ? flags | libc.O_NONBLOCK : flags & ~libc.O_NONBLOCK), "set a descriptor's flags");
    }

    /// <summary>Reads up to the span's length; 0 at end of file, -1 when it would block.</summary>
    public unsafe int Read(Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            nint n;
            do n = libc.read(Number, p, (nuint)buffer.Length);
            while (n == -1 && Errno.Last == libc.EINTR);
            return Errno.Transfer(n, "read");
        }
    }

    /// <summary>As <see cref="Read"/>, but -1 for any error.</summary>
    public int TryRead(Span<byte> buffer)
    {
        try
        {
            return Read(buffer);
        }
        catch (LinuxException)
        {
            return -1;
        }
    }

    /// <summary>Writes what fits; -1 when it would block.</summary>
    public unsafe int Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            nint n;
            do n = libc.write(Number, p, (nuint)buffer.Length);
            while (n == -1 && Errno.Last == libc.EINTR);
            return Errno.Transfer(n, "write");
        }
    }

    /// <summary>Writes all of it, to a blocking descriptor.</summary>
    public void WriteAll(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
            buffer = buffer[Math.Max(0, Write(buffer))..];
    }

    protected override bool ReleaseHandle() => libc.close((int)handle) == 0;

    /// <summary>Takes the place of another one (dup2(2)); children inherit it.</summary>
    public void PutAt(int number) => Errno.Check(libc.dup3(Number, number, 0), $"replace descriptor {number}");

    public override string ToString() => $"fd {Number}";
}
