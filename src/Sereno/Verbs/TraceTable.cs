using Sereno.Sockets.Trace;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>A trace as lines that a person reads while they come. What comes isn't known, so the columns' widths are fixed at
/// the beginning; on a narrow terminal the least needed columns go.</summary>
public sealed class TraceTable
{
    private enum Column { Time, Unit, Process, Local, Peer, State, Phase, Duration, Sent, Received, Netns }

    private const int Unlimited = int.MaxValue;

    // Widths that show nearly all there is, and the least that say something, by column.
    private static readonly int[] s_wanted = [15, 20, 18, 21, 21, 26, 10, 8, 8, 8, 20], s_least = [12, 9, 10, 15, 15, 14, 10, 8, 8, 8, 9];
    private static readonly Column[] s_leastNeeded = [Column.Phase, Column.Duration, Column.Received, Column.Sent, Column.Netns, Column.Unit, Column.Process];

    // Narrowed one after the other: the time loses its microseconds, the state what it was before.
    private static readonly Column[] s_narrowed = [Column.Time, Column.Unit, Column.Process, Column.State, Column.Local, Column.Peer];

    private static readonly string[] s_headings = ["TIME", "UNIT", "PROCESS", "LOCAL", "PEER", "STATE", "PHASE", "DURATION", "SENT", "RECEIVED", "NETNS"];

    private readonly TextWriter _output;
    private readonly bool _colour;
    private readonly int[] _widths;
    private readonly bool _cut;
    private readonly Line _line = new();

    /// <param name="terminalWidth">Lines are cut to it; null for lines as long as they need be.</param>
    /// <param name="namespaces">With a column of network namespaces.</param>
    public TraceTable(TextWriter output, int? terminalWidth, bool colour, bool namespaces = false)
    {
        (_output, _colour) = (output, colour);
        _cut = terminalWidth is not null;
        _widths = Fit(terminalWidth ?? Unlimited, namespaces);
    }

    public void WriteHeading()
    {
        _line.Clear();
        for (int i = 0; i < _widths.Length; i++)
            if (_widths[i] > 0)
            {
                _line.Append(Text.Current.Column(s_headings[i]));
                EndCell((Column)i);
            }
        _output.WriteLine(_colour ? $"\e[1m{_line.Content.TrimEnd()}\e[0m" : _line.Content.TrimEnd());
    }

    /// <param name="netns">The name of its network namespace; null when unknown.</param>
    public void Write(in TraceEvent e, string? netns = null)
    {
        _line.Clear();
        for (var column = Column.Time; column <= Column.Netns; column++)
        {
            if (_widths[(int)column] == 0)
                continue;
            if (column == Column.State && _colour)
                _line.AppendInvisible(e.Phase switch { TcpPhase.Establish => "\e[33m", TcpPhase.Transmit => "\e[32m", TcpPhase.Finish => "\e[90m" });
            AppendCell(column, e, netns);
            EndCell(column, column == Column.State && _colour ? "\e[0m" : "");
        }
        _output.WriteLine(_line.Content.TrimEnd());
    }

    private static int[] Fit(int screen, bool namespaces)
    {
        int[] widths = [.. s_wanted];
        if (!namespaces)
            widths[(int)Column.Netns] = 0;
        if (screen == Unlimited)
            return widths;
        int Excess(int[] columns) => columns.Where(w => w > 0).Sum(w => w + 1) - 1 - screen;
        foreach (var column in s_leastNeeded)
            if (Excess([.. widths.Select((w, i) => w == 0 ? 0 : s_least[i])]) > 0)
                widths[(int)column] = 0;
        foreach (var column in s_narrowed)
            if (widths[(int)column] > 0)
                widths[(int)column] -= Math.Clamp(Excess(widths), 0, s_wanted[(int)column] - s_least[(int)column]);
        return widths;
    }

    private void AppendCell(Column column, in TraceEvent e, string? netns)
    {
        switch (column)
        {
            case Column.Time: _line.Append(MonotonicClock.ToTimeOfDay(e.Time).LocalDateTime, _widths[(int)column] < s_wanted[(int)column] ? "HH:mm:ss.fff" : "HH:mm:ss.ffffff"); break;
            case Column.Unit: _line.Append(e.Owner.Unit ?? "-"); break;
            case Column.Process: AppendProcess(e.Owner); break;
            case Column.Local: AppendEnd(e.Tuple.Local, e.Tuple.LocalPort); break;
            case Column.Peer when e.IsOfListener: _line.Append("-"); break;
            case Column.Peer: AppendEnd(e.Tuple.Remote, e.Tuple.RemotePort); break;
            case Column.State: AppendStates(e); break;
            case Column.Phase: _line.Append(Text.Current.Sockets.PhaseName(e.Phase)); break;
            case Column.Duration: AppendDuration(e.Duration); break;
            case Column.Sent: AppendBytes(e.BytesSent); break;
            case Column.Received: AppendBytes(e.BytesReceived); break;
            case Column.Netns: _line.AppendPrintable(netns ?? "-"); break;
        }
    }

    private void EndCell(Column column, string reset = "") => _line.EndCell(_widths[(int)column], _cut, reset);

    private void AppendProcess(in TracedOwner owner)
    {
        if (owner.Source == OwnerSource.Hidden)
            _line.Append(Text.Current.Sockets.Hidden);
        else if (owner.Pid == 0)
            _line.Append("-");
        else
        {
            _line.AppendPrintable(string.IsNullOrEmpty(owner.Name) ? "?" : owner.Name);
            _line.Append(" (");
            _line.Append(owner.Pid);
            _line.Append(")");
        }
    }

    private void AppendEnd(InetAddress address, ushort port)
    {
        if (!address.IsIPv4)
            _line.Append("[");
        _line.Append(address);
        _line.Append(address.IsIPv4 ? ":" : "]:");
        if (port == 0)
            _line.Append("?");
        else
            _line.Append(port);
    }

    private void AppendStates(in TraceEvent e)
    {
        if (e.OldState != default && !e.IsEndOnly && (!_cut || _widths[(int)Column.State] >= s_wanted[(int)Column.State]))
        {
            _line.Append(e.OldState.Name());
            _line.Append(" ");
        }
        _line.Append(e.IsEndOnly ? "" : "→ ");
        _line.Append(e.NewState.Name());
    }

    private void AppendDuration(ulong? nanoseconds)
    {
        if (nanoseconds is not ulong n || n == 0)
            _line.Append("-");
        else if (n < 1_000_000)
            AppendUnit(n / 1000, "µs");
        else if (n < 1_000_000_000)
            AppendTenths(n / 100_000, "ms");
        else if (n < 100_000_000_000)
            AppendTenths(n / 100_000_000, "s");
        else
            AppendUnit(n / 60_000_000_000, "min");
    }

    private void AppendBytes(ulong? bytes)
    {
        if (bytes is not ulong n)
            _line.Append("-");
        else if (n < 10_000)
            _line.Append((long)n);
        else if (n < 10_000_000)
            AppendTenths(n / 100, "k");
        else if (n < 10_000_000_000)
            AppendTenths(n / 100_000, "M");
        else
            AppendTenths(n / 100_000_000, "G");
    }

    private void AppendUnit(ulong number, string unit)
    {
        _line.Append((long)number);
        _line.Append(unit);
    }

    private void AppendTenths(ulong tenths, string unit)
    {
        _line.Append((long)(tenths / 10));
        _line.Append(".");
        AppendUnit(tenths % 10, unit);
    }

    /// <summary>One line, cell by cell, without a string for each.</summary>
    private sealed class Line
    {
        private char[] _text = new char[512];
        private int _length, _cell;

        public ReadOnlySpan<char> Content => _text.AsSpan(0, _length);

        public void Clear() => _length = _cell = 0;

        public void Append(string text)
        {
            text.CopyTo(Reserve(text.Length));
            _length += text.Length;
        }

        public void Append(long number)
        {
            number.TryFormat(Reserve(20), out int length);
            _length += length;
        }

        public void Append(DateTime time, string format)
        {
            time.TryFormat(Reserve(32), out int length, format, System.Globalization.CultureInfo.InvariantCulture);
            _length += length;
        }

        public void Append(InetAddress address)
        {
            Span<byte> text = stackalloc byte[InetAddress.MaxTextLength];
            int length = address.Format(text);
            System.Text.Encoding.ASCII.GetChars(text[..length], Reserve(length));
            _length += length;
        }

        // A process names itself as it likes, even with escape sequences.
        public void AppendPrintable(string name)
        {
            foreach (char c in name)
                Append(Printable.Of(c));
        }

        /// <summary>Takes no room on the screen.</summary>
        public void AppendInvisible(string text)
        {
            Append(text);
            _cell = _length;
        }

        /// <param name="reset">Ends a colour; takes no room on the screen.</param>
        public void EndCell(int width, bool cut, string reset)
        {
            if (cut && _length - _cell > width)
            {
                _length = _cell + width;
                _text[_length - 1] = '…';
            }
            int spaces = Math.Max(0, width - (_length - _cell)) + 1;
            Append(reset);
            Reserve(spaces)[..spaces].Fill(' ');
            _length += spaces;
            _cell = _length;
        }

        private void Append(char c)
        {
            Reserve(1)[0] = c;
            _length++;
        }

        private Span<char> Reserve(int count)
        {
            if (_length + count > _text.Length)
                Array.Resize(ref _text, 2 * (_length + count));
            return _text.AsSpan(_length);
        }
    }
}
