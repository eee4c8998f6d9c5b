using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal;

/// <summary>One unit's file: append whole lines, rotate by size, and outlive a full disk.</summary>
/// <param name="folder">One string of all files, of which there may be thousands.</param>
/// <param name="name">The file's in it.</param>
public sealed class LogFile(string folder, string name, long maxSize = LogFile.DefaultMaxSize) : IDisposable
{
    public const long DefaultMaxSize = 16 << 20;

    private Fd? _fd;
    private long _size;
    private long _dropped;
    private int _errno;

    // A full disk is one misfortune, however many files are on it.
    private static int s_saidErrno;
    private static long s_saidAt;

    private string FilePath => $"{folder}/{name}";

    /// <summary>A name that is a file of the log folder and nothing else.</summary>
    public static bool IsUsableName(string unit) =>
        unit.Length > 0 && unit[0] != '.' && Encoding.UTF8.GetByteCount(unit) <= 240 && !unit.AsSpan().ContainsAny('/', '\0', '\n');

    /// <summary>Appends whole lines. What the file system refuses is counted; the count is written when it accepts again.</summary>
    /// <param name="marker">Makes the line that tells of lines that were dropped, from its text.</param>
    public void Append(ReadOnlySpan<byte> lines, Func<string, byte[]> marker)
    {
        try
        {
            if (_size + lines.Length > maxSize && _size > 0)
                Rotate();
            Open();
            // The marker goes with the lines: a disk with room for the one and not for the others would get a marker each time.
            WriteWhole(_dropped > 0 ? [.. marker($"{_dropped} lines dropped: {Errno.Text(_errno)}"), .. lines] : lines);
            (_dropped, _errno) = (0, 0);
        }
        catch (LinuxException e)
        {
            _dropped += lines.Count((byte)'\n'); // all: WriteWhole takes back what was written in part
            if (_errno == 0 && (e.Number != s_saidErrno || Environment.TickCount64 - s_saidAt > 10_000))
            {
                (s_saidErrno, s_saidAt) = (e.Number, Environment.TickCount64);
                Files.Complain($"cannot write {FilePath}: {Errno.Text(e.Number)}; lines are dropped until it works again");
            }
            _errno = e.Number;
            Dispose(); // and open again next time: it may have been a stale handle
        }
    }

    public void Dispose()
    {
        _fd?.Dispose();
        _fd = null;
    }

    /// <summary>Lines were dropped, and no line tells of it yet.</summary>
    public bool HasLost => _dropped > 0;

    /// <summary>False where there are no descriptors left to open it with; any other trouble is the next line's.</summary>
    public bool HasDescriptor()
    {
        try
        {
            Open();
            return true;
        }
        catch (LinuxException e)
        {
            return e.Number is not (libc.EMFILE or libc.ENFILE);
        }
    }

    private void Open()
    {
        if (_fd is not null)
            return;
        _fd = Files.Open(FilePath, libc.O_WRONLY | libc.O_CREAT | libc.O_APPEND | libc.O_NOFOLLOW, 0x1A0 /* 0640 */);
        _size = (long)FileStatus.Of(_fd).Size;
    }

    /// <summary>All or nothing: a line that the disk cut off would run into the next one.</summary>
    private void WriteWhole(ReadOnlySpan<byte> bytes)
    {
        long before = _size;
        try
        {
            while (bytes.Length > 0)
            {
                int n = _fd!.Write(bytes);
                if (n <= 0)
                    throw new LinuxException(libc.EIO, $"write {FilePath}");
                _size += n;
                bytes = bytes[n..];
            }
        }
        catch (LinuxException)
        {
            if (_size != before)
                Files.Truncate(_fd!, before);
            _size = before;
            throw;
        }
    }

    private void Rotate()
    {
        Dispose();
        try
        {
            File.Move(FilePath, FilePath + ".1", overwrite: true);
            _size = 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Files.Complain($"cannot rotate {FilePath}: {e.Message}");
        }
    }
}
