using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>How entries are printed, whatever the mode.</summary>
internal sealed record PrintOptions
{
    public OutputMode Mode { get; init; }
    public bool ShowsAll { get; init; }
    public bool IsFullWidth { get; init; } = true;
    public bool IsUtc { get; init; }
    public bool HidesHost { get; init; }
    public bool IsUtf8 { get; init; } = true;
    public int Columns { get; init; } = 80;

    /// <summary>The only fields that are shown where not all are; null for all.</summary>
    public IReadOnlyList<byte[]>? Fields { get; init; }

    /// <summary>What explains messages, if there is something.</summary>
    public MessageCatalog? Catalog { get; init; }

    /// <summary>Whether the explanations are printed.</summary>
    public bool Explains { get; init; }

    public Colours Colours { get; init; } = Colours.Off;

    /// <summary>For links to files.</summary>
    public string HostName { get; init; } = "";

    public bool Shows(ReadOnlySpan<byte> field)
    {
        if (Fields is null)
            return true;
        foreach (byte[] name in Fields)
            if (field.SequenceEqual(name))
                return true;
        return false;
    }
}

/// <summary>An entry that can't be printed because one of its fields can't be.</summary>
internal sealed class InvalidFieldException() : FormatException("Invalid field.");

/// <summary>Prints entries in one of journalctl's modes.</summary>
internal abstract class EntryPrinter(PrintOptions options, OutputBuffer to)
{
    protected PrintOptions Options => options;

    protected OutputBuffer To => to;

    protected Colours Colours => options.Colours;

    public static EntryPrinter Of(PrintOptions options, OutputBuffer to, WallClock clock) => options.Mode switch
    {
        OutputMode.Verbose => new VerbosePrinter(options, to, clock),
        OutputMode.Export => new ExportPrinter(options, to),
        OutputMode.Cat => new CatPrinter(options, to),
        OutputMode.Json or OutputMode.JsonPretty or OutputMode.JsonSse or OutputMode.JsonSeq => new JsonPrinter(options, to),
        _ => new ShortPrinter(options, to, clock),
    };

    /// <param name="match">The part of MESSAGE that was searched for; equal ends where nothing was.</param>
    /// <exception cref="InvalidFieldException">journalctl ends here, too.</exception>
    public abstract void Print(JournalSet journal, EntryFields fields, (int From, int To) match);

    /// <summary>The name of FIELD=value.</summary>
    protected static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> field)
    {
        int equals = field.IndexOf((byte)'=');
        return equals >= 0 && Utf8Text.IsFieldName(field[..equals]) ? field[..equals] : throw new InvalidFieldException();
    }

    protected void WriteCursor(JournalSet journal)
    {
        Span<byte> id = stackalloc byte[Id128.Length];
        ref readonly var entry = ref journal.Current;
        Id128.Write(journal.CurrentFile!.Header.SeqnumId, id);
        to.Write("s="u8);
        to.Write(id);
        to.Write(";i="u8);
        to.WriteHex(entry.Seqnum);
        Id128.Write(entry.BootId, id);
        to.Write(";b="u8);
        to.Write(id);
        to.Write(";m="u8);
        to.WriteHex(entry.Monotonic);
        to.Write(";t="u8);
        to.WriteHex(entry.Realtime);
        to.Write(";x="u8);
        to.WriteHex(entry.XorHash);
    }

    /// <summary>A message's lines, the later ones below the first's text, and shortened where they shall be.</summary>
    /// <param name="indent">Columns before the first.</param>
    /// <param name="isFullWidth">Nothing is shortened.</param>
    /// <param name="match">journalctl sets its colours around it even where it is empty; null where nothing can be marked.</param>
    protected void WriteLines(ReadOnlySpan<byte> text, int indent, bool isFullWidth, int priority, bool isAudit, (int From, int To)? match)
    {
        const int MostLines = 3, MostLetters = 300;
        var (on, off, matched) = Colours.OfPriority(priority);
        if (isAudit)
            (on, off) = (Colours.Blue, Colours.Normal); // whatever its priority, as journalctl shows it
        if (text.IsEmpty)
            to.Write((byte)'\n');
        int at = 0;
        for (int line = 0; at < text.Length; line++)
        {
            int length = text[at..].IndexOf((byte)'\n');
            length = length < 0 ? text.Length - at : length;
            var part = text.Slice(at, length);
            bool isLast = line + 1 == MostLines || at + length + 1 >= MostLetters;
            // A string of C's ends at its first NUL, and so does journalctl's line.
            part = part[..(part.IndexOf((byte)0) is >= 0 and var nul ? nul : part.Length)];
            to.Repeat((byte)' ', line > 0 ? indent : 0);
            if (isFullWidth || (indent + length + 1 < Options.Columns && !isLast))
            {
                to.Write(on);
                if (match is { } marked && at <= marked.From && marked.From < length)
                    WriteMatched(part, marked, on, matched);
                else
                    to.Write(part);
                to.Write(off);
                to.Write((byte)'\n');
            }
            else if (Options.Columns - indent < 3)
            {
                to.Write("...\n"u8);
                if (isLast)
                    break;
            }
            else
            {
                to.Write(on);
                if (Options.Columns - indent > length + 3)
                {
                    to.Write(part);
                    to.Write("..."u8);
                }
                else
                    Ellipsis.Write(to, part, Options.Columns - indent, isLast ? 100 : 90, Options.IsUtf8);
                to.Write(off);
                to.Write((byte)'\n');
                if (isLast)
                    break;
            }
            at += length + 1;
        }
    }

    private void WriteMatched(ReadOnlySpan<byte> part, (int From, int To) match, byte[] on, byte[] matched)
    {
        int end = Math.Clamp(match.To, Math.Min(match.From, part.Length), part.Length);
        to.Write(part[..Math.Min(match.From, part.Length)]);
        to.Write(matched);
        to.Write(part[Math.Min(match.From, part.Length)..end]);
        if (part.Length <= match.To)
            return;
        to.Write(on);
        to.Write(part[match.To..]);
    }

    protected void WriteBlob(int length)
    {
        to.Write((byte)'[');
        to.Write(Units.Values.Sizes.Format((ulong)length));
        to.Write(" blob data]"u8);
    }

    protected void WriteExplanation(EntryFields fields)
    {
        if (!Options.Explains || Options.Catalog?.Explain(fields) is not { } text)
            return;
        // As journalctl: below the message, each line behind a mark.
        byte[] mark = Options.IsUtf8 ? [.. "░░"u8] : [.. "--"u8];
        bool isFirst = true;
        foreach (string line in text.Trim(' ', '\t', '\n', '\r').Split('\n'))
        {
            if (!isFirst)
            {
                to.Write(Colours.Normal);
                to.Write((byte)'\n');
            }
            to.Write(Colours.Grey);
            to.Write(mark);
            to.Write(isFirst ? " "u8 : Colours.Normal);
            to.Write(isFirst ? Colours.Normal : " "u8);
            to.Write(Colours.Green);
            isFirst = false;
            to.Write(Encoding.UTF8.GetBytes(line));
        }
        to.Write(Colours.Normal);
        to.Write((byte)'\n');
    }

    /// <summary>A link that terminals open.</summary>
    protected void WriteLink(ReadOnlySpan<byte> address, ReadOnlySpan<byte> text)
    {
        to.Write("\e]8;;"u8);
        to.Write(address);
        to.Write((byte)7);
        to.Write(text);
        to.Write("\e]8;;\a"u8);
    }
}
