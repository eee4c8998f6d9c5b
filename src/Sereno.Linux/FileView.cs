using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A file's whole content, mapped where the file can be (mmap(2)), read otherwise.</summary>
public sealed unsafe class FileView : IDisposable
{
    private const int SeekEnd = 2;

    private readonly byte[] _read = [];
    private readonly void* _mapped;
    private readonly int _length;

    private FileView(Fd fd, int length)
    {
        _length = length;
        void* mapped = libc.mmap(null, (nuint)length, libc.PROT_READ, libc.MAP_PRIVATE, fd.Number, 0);
        if (mapped != (void*)-1)
        {
            _mapped = mapped;
            return;
        }
        _read = GC.AllocateUninitializedArray<byte>(length);
        int n;
        for (_length = 0; _length < length && (n = fd.TryRead(_read.AsSpan(_length))) > 0;)
            _length += n;
    }

    public ReadOnlySpan<byte> Content => _mapped is not null ? new(_mapped, _length) : _read.AsSpan(0, _length);

    /// <summary>Null with errno where the file can't be opened, or has no length.</summary>
    public static FileView? TryOpen(string path, out int errno)
    {
        using var fd = Files.TryOpen(path, libc.O_RDONLY, out errno);
        if (fd is null)
            return null;
        nint length = libc.lseek(fd.Number, 0, SeekEnd);
        errno = length == -1 ? Errno.Last : 0;
        if (length is <= 0 or > int.MaxValue || libc.lseek(fd.Number, 0, 0) == -1)
            return null;
        return new(fd, (int)length);
    }

    public void Dispose()
    {
        if (_mapped is not null)
            _ = libc.munmap(_mapped, (nuint)_length);
    }
}
