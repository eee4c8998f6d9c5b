using Sereno.Journal.Keep;
using Sereno.Journal.Write;

namespace Sereno.Journal.Intake;

// The next lines of a piece are looked up together, because each of them waits for memory.
public sealed partial class JournalLoop
{
    private const int LinesAhead = 8;

    private readonly (int Length, ulong? Hash)[] _linesAhead = new (int, ulong?)[LinesAhead];
    private JournalWriter? _aheadIn;
    /// <summary>The number of the line in its piece.</summary>
    private int _ahead;

    private void LookAhead(ReadOnlySpan<byte> bytes)
    {
        if ((_aheadIn = _file?.Writer) is not { } writer)
            return;
        Array.Clear(_linesAhead);
        for (int i = 0; i < LinesAhead && Lines.TryTake(ref bytes, _options.LineMax, out var line, out _); i++)
            _linesAhead[i] = (line.Length, line.IsEmpty ? null : writer.Expect(line));
        foreach (var (_, hash) in _linesAhead)
            if (hash is { } known)
                writer.Expect(known);
    }

    /// <summary>Null where the message isn't the line as it came, or goes to another file.</summary>
    private ulong? HashOf(ActiveFile file, ReadOnlySpan<byte> message) =>
        _aheadIn == file.Writer && _linesAhead[_ahead % LinesAhead] is var (length, hash) && length == message.Length ? hash : null;
}
