using System.Buffers;
using System.Text;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal;

/// <summary>Log intake: pipes from the keeper in, lines of files out. One thread on one epoll; never waits for a service.</summary>
public sealed class JournalLoop : IDisposable
{
    private const int MaxOpenFiles = 4096, MaxLastReads = 1024, ReadSize = 64 * 1024, RestAfter = 1500;

    private readonly UnixSocket _keeper;
    private readonly string _folder;
    private readonly Epoll _epoll = new();
    private readonly Dictionary<ulong, Stream> _streams = [];
    private readonly Dictionary<string, LogFile> _files = [];
    private readonly byte[] _buffer = new byte[ReadSize];
    private readonly List<Fd> _fds = [];
    private readonly Queue<byte[]> _toKeeper = [];
    private readonly ArrayBufferWriter<byte> _lines = new(ReadSize);
    private readonly byte[] _host;
    private string _linesUnit = "";

    private JournalLoop(UnixSocket keeper, string folder)
    {
        (_keeper, _folder) = (keeper, folder);
        _host = LogEntry.Sanitize(Environment.MachineName);
        Errno.Check(libc.fcntl(keeper.Fd.Number, libc.F_SETFL, libc.O_NONBLOCK), "make the keeper's socket non-blocking");
        _epoll.Add(keeper.Fd, 0); // streams count from 1
    }

    private sealed record Stream(Fd Fd, int Pid, StreamMetadata Metadata, byte[] Identifier)
    {
        public LineSplitter Splitter { get; } = new();
    }

    /// <summary>Runs until the keeper closes its end; then writes what the pipes still hold.</summary>
    /// <param name="keeper">Descriptor 3 of a journal that the keeper started.</param>
    /// <param name="logDirectory">Made when it isn't there.</param>
    /// <returns>The exit code.</returns>
    public static int Run(UnixSocket keeper, string logDirectory)
    {
        try
        {
            Directory.CreateDirectory(logDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Go on: services write into pipes that somebody must empty, and the folder may come.
            Files.Complain($"cannot create {logDirectory}: {e.Message}");
        }
        Self.RaiseFileLimit(); // a descriptor for each stream
        using var loop = new JournalLoop(keeper, logDirectory);
        loop.Loop();
        return 0;
    }

    public void Dispose()
    {
        foreach (var stream in _streams.Values)
            stream.Fd.Dispose();
        foreach (var file in _files.Values)
            file.Dispose();
        _epoll.Dispose();
    }

    private void Loop()
    {
        Span<(ulong Token, Readiness Ready)> ready = new (ulong, Readiness)[64];
        for (bool open = true, busy = true; open;)
        {
            int n = _epoll.Wait(ready, busy ? RestAfter : -1);
            busy = n > 0;
            if (n == 0)
                Self.Rest();
            foreach (var (token, _) in ready[..n])
                if (token == 0)
                    open &= Listen();
                else if (_streams.TryGetValue(token, out var stream))
                    Read(token, stream);
            TellKeeper();
        }
        foreach (var (id, stream) in _streams.ToArray())
            for (int i = 0; i < MaxLastReads && Read(id, stream); i++)
            {
            }
        foreach (var stream in _streams.Values)
            stream.Splitter.Finish((line, continues) => Write(stream, line, continues));
        WriteLines();
    }

    /// <returns>False when the keeper has closed its end.</returns>
    private bool Listen()
    {
        while (true)
        {
            _fds.Clear();
            var received = _keeper.Receive(_buffer, _fds);
            if (received.Length <= 0)
                return received.Length < 0;
            if (KeeperWire.DecodeStreamOpened(_buffer.AsSpan(0, received.Length)) is { } opened && _fds.Count == 1)
                Open(opened, _fds[0]);
            else
                foreach (var fd in _fds)
                    fd.Dispose();
        }
    }

    private void Open(StreamOpened opened, Fd fd)
    {
        var metadata = StreamMetadata.Decode(opened.Metadata);
        if (metadata is null || !LogFile.IsUsableName(metadata.Unit))
        {
            Files.Complain($"cannot log process {opened.Pid}: {(metadata is null ? "unknown metadata" : $"bad unit name {metadata.Unit}")}");
            metadata = new("sereno.service", "unknown"); // read it all the same, or the process would stop at a full pipe
        }
        var stream = new Stream(fd, opened.Pid, metadata, LogEntry.Sanitize(metadata.ManagerStream ? "sereno" : metadata.Identifier));
        _streams[opened.StreamId] = stream;
        _epoll.Add(fd, opened.StreamId);
    }

    /// <summary>One buffer's worth, so that a loud service doesn't keep the others waiting.</summary>
    /// <returns>False when there is nothing (left) to read now.</returns>
    private bool Read(ulong id, Stream stream)
    {
        int n;
        try
        {
            n = stream.Fd.Read(_buffer);
        }
        catch (LinuxException e)
        {
            Files.Complain($"cannot read the log of {stream.Metadata.Unit}: {e.Message}");
            n = 0;
        }
        if (n < 0)
            return false;
        if (n > 0)
            stream.Splitter.Add(_buffer.AsSpan(0, n), (line, continues) => Write(stream, line, continues));
        else
            stream.Splitter.Finish((line, continues) => Write(stream, line, continues));
        WriteLines();
        if (n > 0)
            return true;
        _streams.Remove(id);
        // The keeper has a copy of the end until it hears of this: closed here alone it would stay in the set, ready all the time (epoll(7)).
        _epoll.Remove(stream.Fd);
        stream.Fd.Dispose();
        _toKeeper.Enqueue(KeeperWire.Encode(new StreamDone(id)));
        return false;
    }

    private void Write(Stream stream, ReadOnlySpan<byte> line, bool continues)
    {
        int priority = stream.Metadata.Priority;
        if (!continues && stream.Metadata.ParsePrefix && line is [(byte)'<', >= (byte)'0' and <= (byte)'7', (byte)'>', ..])
        {
            priority = line[1] - '0';
            line = line[3..];
        }
        string unit = stream.Metadata.Unit;
        if (stream.Metadata.ManagerStream && line.IndexOf((byte)'\t') is >= 0 and var tab
            && Encoding.UTF8.GetString(line[..tab]) is var named && LogFile.IsUsableName(named))
        {
            unit = named;
            line = line[(tab + 1)..];
        }
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        if (line.IsEmpty)
            return; // as journald
        if (unit != _linesUnit)
            WriteLines();
        _linesUnit = unit;
        LogEntry.Write(_lines, DateTime.UtcNow, _host, priority, stream.Identifier, stream.Pid, line);
    }

    /// <summary>What was gathered goes out in one write(2), so readers see whole lines.</summary>
    private void WriteLines()
    {
        if (_lines.WrittenCount == 0)
            return;
        if (!_files.TryGetValue(_linesUnit, out var file))
        {
            if (_files.Count >= MaxOpenFiles)
                CloseFiles();
            _files[_linesUnit] = file = new(_folder, _linesUnit + ".log");
        }
        if (!file.HasDescriptor())
            CloseFiles();
        file.Append(_lines.WrittenSpan, Marker);
        _lines.ResetWrittenCount();
    }

    /// <summary>They are opened again by their next lines; what has lines to tell of that were lost is remembered.</summary>
    private void CloseFiles()
    {
        foreach (var (unit, file) in _files.ToArray())
        {
            file.Dispose();
            if (!file.HasLost && unit != _linesUnit)
                _files.Remove(unit);
        }
    }

    private byte[] Marker(string text)
    {
        var line = new ArrayBufferWriter<byte>(256);
        LogEntry.Write(line, DateTime.UtcNow, _host, 4, "sereno"u8, Self.Pid, Encoding.UTF8.GetBytes(text));
        return line.WrittenSpan.ToArray();
    }

    private void TellKeeper()
    {
        try
        {
            while (_toKeeper.TryPeek(out var packet) && _keeper.Send(packet) >= 0)
                _toKeeper.Dequeue();
        }
        catch (LinuxException)
        {
            _toKeeper.Clear(); // it is gone, and the next turn reads the end of its stream
        }
    }
}
