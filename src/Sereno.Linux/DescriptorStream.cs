using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A stream that writes to a descriptor with write(2), unbuffered. When the reader of a pipe is gone it takes the
/// rest in silence, where a C program would have died of SIGPIPE.</summary>
public sealed class DescriptorStream(Fd fd) : Stream
{
    private bool _unread;

    /// <summary>What can't be written is lost in silence, as with the many C programs that don't look: for standard error, which
    /// leaves nobody to tell, and where such a program is stood in for.</summary>
    public bool Forgives { get; init; }

    /// <summary>The reader of the pipe is gone: nothing more can reach it.</summary>
    public bool IsUnread => _unread;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="LinuxException">ENOSPC and its like, unless it <see cref="Forgives"/>.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_unread)
            return;
        try
        {
            fd.WriteAll(buffer);
        }
        catch (LinuxException e) when (e.Number == libc.EPIPE)
        {
            _unread = true;
        }
        catch (LinuxException) when (Forgives) { }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
