using Sereno.Journal.Read;

namespace Sereno.Forward;

/// <summary>Gathers entries and sends them; keeps them until it is told that they need not be sent again.</summary>
internal abstract class Sink : IDisposable
{
    /// <summary>How many entries have been gathered.</summary>
    public abstract int Count { get; }

    /// <summary>And about how many bytes they take.</summary>
    public abstract long Size { get; }

    /// <summary>Takes the journal's current entry.</summary>
    /// <returns>False where it can't be written in this form.</returns>
    public abstract bool TryAdd(JournalSet journal, EntryFields fields);

    /// <summary>Comes back when the other side has them.</summary>
    /// <exception cref="IOException">It has not, or not surely.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Nor here.</exception>
    public abstract Task SendAsync(int from, int count, CancellationToken stop);

    /// <summary>Forgets what was gathered.</summary>
    public abstract void Clear();

    public abstract void Dispose();

    public static Sink For(ForwardTarget target, ForwardOptions options) => target.Transport switch
    {
        ForwardTransport.Udp or ForwardTransport.UnixDatagram => new DatagramSink(target, FormatOf(target, options)),
        ForwardTransport.Http when target.Kind == ForwardKind.Otlp => new Otlp.OtlpSink(target.Address!, options),
        ForwardTransport.Http => new HttpSink(target.Address!, new JsonFormat(), options),
        _ => new StreamSink(target, FormatOf(target, options)),
    };

    private static RecordFormat FormatOf(ForwardTarget target, ForwardOptions options)
    {
        if (target.Kind == ForwardKind.JsonLines)
            return new JsonFormat();
        bool isLocal = target.Path.Length > 0, isOld = options.IsOldSyslog ?? isLocal;
        var framing = target.Transport is ForwardTransport.Udp or ForwardTransport.UnixDatagram ? SyslogFraming.None : isOld ? SyslogFraming.Lines : SyslogFraming.Counted;
        return new SyslogFormat(isOld, framing, hasHost: !isLocal);
    }
}

/// <summary>A sink of records that are bytes one behind the other.</summary>
internal abstract class ByteSink(RecordFormat format) : Sink
{
    // So much is kept between batches; one that was larger gives its memory back.
    private const int Kept = 4 << 20;

    private readonly List<int> _ends = [];
    private MemoryStream _bytes = new();

    public override int Count => _ends.Count;

    public override long Size => _bytes.Length;

    public override bool TryAdd(JournalSet journal, EntryFields fields)
    {
        long start = _bytes.Length;
        if (!IsWritten())
        {
            _bytes.SetLength(start);
            return false;
        }
        _ends.Add((int)_bytes.Length);
        return true;

        bool IsWritten()
        {
            try
            {
                return format.TryWrite(journal, fields, _bytes);
            }
            catch (IOException)
            {
                return false; // more than 2 GiB: a field of hundreds of MiB that is no text, in JSON
            }
        }
    }

    public override void Clear()
    {
        _ends.Clear();
        if (_bytes.Capacity > Kept)
            _bytes = new();
        _bytes.SetLength(0);
    }

    /// <summary>Records, as they go out.</summary>
    protected ReadOnlyMemory<byte> Bytes(int from, int count)
    {
        int start = from == 0 ? 0 : _ends[from - 1];
        return _bytes.GetBuffer().AsMemory(start, _ends[from + count - 1] - start);
    }
}

/// <summary>How an entry is written for those who read bytes.</summary>
internal abstract class RecordFormat
{
    /// <summary>False where it can't be; what was written until then is thrown away.</summary>
    public abstract bool TryWrite(JournalSet journal, EntryFields fields, MemoryStream to);
}
