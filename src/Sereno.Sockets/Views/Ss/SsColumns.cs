using System.Buffers.Binary;

namespace Sereno.Sockets.Views;

/// <summary>ss's columns, in their order.</summary>
public enum SsColumn { Netid, State, ReceiveQueue, SendQueue, Local, LocalPort, Peer, PeerPort, Details, Last }

/// <summary>ss's table: cells are kept until all widths are known, then laid out as iproute2 6.1 does.</summary>
/// <remarks>
/// Cells are written one after another, each behind its 16-bit length. On a terminal, columns that don't fit are broken
/// over as few lines as possible and the slack is spread evenly; elsewhere the layout is compact. Two habits of ss show in
/// its output and are kept: the very last cell doesn't count for its column's width, and a table of more than five of its
/// 1 MiB buffers is laid out in parts, whose columns may be of other widths.
/// </remarks>
public sealed class SsColumns(Stream output, int? terminalWidth)
{
    private const int Count = (int)SsColumn.Last + 1;
    private const int ChunkSize = 1024 * 1024 - 16, MaxChunks = 5, FlushAt = 256 * 1024;

    private static readonly byte[][] s_headers =
    [
        [.. "Netid"u8], [.. "State"u8], [.. "Recv-Q"u8], [.. "Send-Q"u8], [.. "Local Address:"u8], [.. "Port"u8],
        [.. "Peer Address:"u8], [.. "Port"u8], [.. "Process"u8], [],
    ];

    private readonly Utf8Buffer _cells = new(), _out = new(FlushAt + 4096);
    private readonly bool[] _hidden = new bool[Count];
    private readonly int[] _longest = new int[Count], _width = new int[Count];
    private SsColumn _current;
    private int _cell = -1;
    private bool _rendered;

    // Where the cell would be in ss's buffers.
    private int _chunks, _chunkEnd;
    private bool _firstInChunk;

    public void Hide(SsColumn column) => _hidden[(int)column] = true;

    public bool IsHidden => _hidden[(int)_current];

    public void WriteHeader()
    {
        for (; _current != SsColumn.Last; Next())
            if (!IsHidden)
                Cell().Append(s_headers[(int)_current]);
    }

    /// <summary>Drops every cell; false when some are laid out already.</summary>
    public bool TryForget()
    {
        if (_rendered)
            return false;
        _cells.Clear();
        _longest.AsSpan().Clear();
        (_cell, _chunks, _current) = (-1, 0, 0);
        return true;
    }

    /// <summary>Goes on to a column, ending the cells before it.</summary>
    public void Seek(SsColumn column)
    {
        while (_current != column)
            Next();
    }

    /// <summary>The buffer to write the current column's cell to; it must not be a hidden one's.</summary>
    public Utf8Buffer Cell()
    {
        if (_cell < 0)
        {
            NewChunk();
            BeginCell();
        }
        return _cells;
    }

    /// <summary>Writes at once, before all that isn't laid out yet.</summary>
    public void WriteAhead(ReadOnlySpan<byte> text) => _out.Append(text);

    /// <summary>Lays out what is left. Widths stay: what comes after is never narrower.</summary>
    public void Finish()
    {
        Render();
        Flush();
    }

    private static ReadOnlySpan<byte> DelimiterOf(int column) =>
        (SsColumn)column is SsColumn.State or SsColumn.ReceiveQueue or SsColumn.SendQueue or SsColumn.Local or SsColumn.Peer ? " "u8 : ""u8;

    private static bool IsRightAligned(int column) => (SsColumn)column is SsColumn.Local or SsColumn.Peer;

    private void Next()
    {
        if (_current == SsColumn.Last && _chunks >= MaxChunks)
        {
            Render();
            return;
        }
        if (!IsHidden)
            EndCell();
        _current = _current == SsColumn.Last ? 0 : _current + 1;
    }

    private void BeginCell()
    {
        _cell = _cells.Length;
        _cells.Append("\0\0"u8);
    }

    private void SealCell()
    {
        int length = _cells.Length - _cell - 2;
        if (length > ushort.MaxValue)
            _cells.Cut(_cell + 2 + (length = ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(_cells.At(_cell, 2), (ushort)length);
        if (length >= ChunkSize - _chunkEnd && !_firstInChunk)
            NewChunk();
        _chunkEnd += length;
    }

    private void EndCell()
    {
        SealCell();
        int length = _cells.Length - _cell - 2, pad = length & 1;
        _longest[(int)_current] = Math.Max(_longest[(int)_current], length);
        if (ChunkSize - _chunkEnd - pad < 2)
            NewChunk();
        else
        {
            _chunkEnd += pad + 2;
            _firstInChunk = false;
        }
        BeginCell();
    }

    private void NewChunk()
    {
        _chunks++;
        _chunkEnd = 2;
        _firstInChunk = true;
    }

    private void Render()
    {
        if (_cell < 0)
            return;
        _rendered = true;
        SealCell();
        SetWidths();
        int column = 0;
        while (_width[column] == 0)
            column++;
        bool started = false;
        for (int at = 0; at < _cells.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(_cells.At(at, 2));
            int start = _out.Length;
            if (started)
                _out.Append(DelimiterOf(column));
            started = true;
            if (IsRightAligned(column))
                _out.AppendSpaces(_width[column] - length - (_out.Length - start));
            _out.Append(_cells.At(at + 2, length));
            if (!IsRightAligned(column))
                _out.PadFrom(start, _width[column]);
            at += 2 + length;
            do
                if (++column == Count)
                {
                    _out.Append('\n');
                    column = 0;
                    started = false;
                }
            while (_hidden[column]);
            if (_out.Length >= FlushAt)
                Flush();
        }
        if (started)
            _out.Append('\n');
        _cells.Clear();
        _cell = -1;
        _chunks = 0;
        _current = 0;
    }

    private void SetWidths()
    {
        int screen = terminalWidth ?? int.MaxValue;
        bool first = true;
        for (int i = 0; i < Count; i++)
        {
            if (_hidden[i])
                continue;
            _width[i] = Math.Min(_longest[i] + (first || _longest[i] == 0 ? 0 : DelimiterOf(i).Length), screen);
            first &= _width[i] == 0;
        }
        if (terminalWidth is not null)
            SpreadOverLines(screen);
    }

    /// <summary>Breaks columns into lines no wider than the screen and makes each line exactly as wide.</summary>
    private void SpreadOverLines(int screen)
    {
        int lastColumn = Array.FindLastIndex(_width, w => w > 0);
        int lineStart = 0, columns = 0, length = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_width[i] == 0)
                continue;
            columns++;
            length += _width[i];
            if (i != lastColumn && length < screen)
                continue;
            if (length > screen)
            {
                length -= _width[i];
                i--; // this one begins the next line
                columns--;
            }
            if (length < screen && columns > 0)
            {
                int share = (screen - length) / columns, rest = (screen - length) % columns;
                for (int c = i; c >= lineStart; c--)
                    if (_width[c] > 0)
                        _width[c] += share + (rest-- > 0 ? 1 : 0);
            }
            lineStart = i + 1;
            length = columns = 0;
        }
    }

    private void Flush()
    {
        output.Write(_out.Written);
        _out.Clear();
        output.Flush();
    }
}
