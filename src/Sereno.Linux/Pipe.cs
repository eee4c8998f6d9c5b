using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>pipe2(2), close-on-exec.</summary>
public static unsafe class Pipe
{
    /// <param name="nonBlockingRead">Only the reader: the writer is a program that expects write(2) to wait.</param>
    /// <exception cref="LinuxException">EMFILE, ENFILE.</exception>
    public static (Fd Read, Fd Write) Create(bool nonBlockingRead = false)
    {
        int* ends = stackalloc int[2];
        Errno.Check(libc.pipe2(ends, libc.O_CLOEXEC), "create a pipe");
        var pipe = (new Fd(ends[0]), new Fd(ends[1]));
        if (nonBlockingRead)
            Errno.Check(libc.fcntl(ends[0], libc.F_SETFL, libc.O_NONBLOCK), "make a pipe non-blocking");
        return pipe;
    }
}
