using System.Runtime.Intrinsics.X86;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>
/// A file mapped shared and writable. Address space for all that it may become is reserved at once (mmap(2) allows more than the file
/// has), so that it grows in place; what lies beyond <see cref="FileMemory.Length"/> is never touched, because that would be SIGBUS.
/// Who shortens the file beneath us gets us killed likewise: ask <see cref="FileMemory.IsWhole"/> before a batch of stores.
/// </summary>
public sealed unsafe class SharedMapping : FileMemory
{
    private const ulong PageSize = 4096;

    private readonly Fd _fd;
    private byte* _base;
    private ulong _length, _reserved;

    private SharedMapping(Fd fd, ulong length) => (_fd, _length) = (fd, length);

    /// <param name="fd">Readable and writable; the mapping's from now on.</param>
    /// <param name="reserve">How long the file may become; it can become longer, at the price of a new mapping.</param>
    /// <exception cref="LinuxException">As mmap(2).</exception>
    public static SharedMapping Of(Fd fd, ulong reserve)
    {
        var mapping = new SharedMapping(fd, FileStatus.Of(fd).Size);
        int errno = mapping.Map(Math.Max(reserve, mapping.Length));
        return errno == 0 ? mapping : throw new LinuxException(errno, "map a file");
    }

    public override ulong Length => _length;

    public override bool IsWhole => FileStatus.Of(_fd) is { Links: > 0 } status && status.Size >= _length;

    public override Span<byte> Slice(ulong offset, int length)
    {
        if (length < 0 || offset > _length || (ulong)length > _length - offset)
            throw new ArgumentOutOfRangeException(nameof(offset));
        return new(_base + offset, length);
    }

    public override int Grow(ulong length)
    {
        if (length <= _length)
            return 0;
        int errno;
        do errno = libc.posix_fallocate(_fd.Number, (nint)_length, (nint)(length - _length));
        while (errno == libc.EINTR);
        if (errno == 0 && length > _reserved)
            errno = Map(length);
        if (errno == 0)
            _length = length;
        return errno;
    }

    public override int Shorten(ulong length)
    {
        if (libc.ftruncate(_fd.Number, (nint)length) == -1)
            return Errno.Last;
        _length = length;
        return 0;
    }

    public override int Sync() => libc.fsync(_fd.Number) == -1 ? Errno.Last : 0;

    public override bool HasFree(ulong bytes, ulong left)
    {
        libc.statvfs space;
        return libc.fstatvfs(_fd.Number, &space) == -1 || space.f_bfree * space.f_bsize is var free && free >= left && free - left >= bytes;
    }

    public override void Touch() => _ = libc.ftruncate(_fd.Number, (nint)_length); // who watches looks again by himself, only later

    /// <remarks>madvise(2) since Linux 5.14; where it can't, each page comes when it is stored to.</remarks>
    public override void Prepare(ulong offset, ulong length)
    {
        ulong from = offset & ~(PageSize - 1), to = Math.Min(offset + length, _length);
        if (from < to)
            _ = libc.madvise(_base + from, (nuint)(to - from), libc.MADV_POPULATE_WRITE);
    }

    public override void Prefetch(ulong offset)
    {
        if (Sse.IsSupported && offset < _length)
            Sse.Prefetch0(_base + offset);
    }

    public override void ReleasePages() => _ = libc.madvise(_base, (nuint)_length, libc.MADV_DONTNEED);

    protected override void Dispose(bool disposing)
    {
        if (_base is not null)
            _ = libc.munmap(_base, (nuint)_reserved);
        _base = null;
        _length = 0;
        _fd.Dispose();
    }

    private int Map(ulong reserve)
    {
        void* mapped = libc.mmap(null, (nuint)reserve, libc.PROT_READ | libc.PROT_WRITE, libc.MAP_SHARED, _fd.Number, 0);
        if (mapped == (void*)-1)
            return Errno.Last;
        if (_base is not null)
            _ = libc.munmap(_base, (nuint)_reserved);
        _base = (byte*)mapped;
        _reserved = reserve;
        return 0;
    }
}
