using System.Buffers;
using Sereno.Journal.Format;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>An object for each entry; a field with several values is an array of them, one that is no text an array of its bytes, and
/// one that is long is null unless all is asked for.</summary>
internal sealed class JsonPrinter(PrintOptions options, OutputBuffer to) : EntryPrinter(options, to)
{
    private const int Long = 4096;
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(c => (byte)c)]);

    private readonly bool _isPretty = options.Mode == OutputMode.JsonPretty;
    private bool _isFirst;

    public override void Print(JournalSet journal, EntryFields fields, (int From, int To) match)
    {
        To.Write(Options.Mode switch { OutputMode.JsonSse => "data: "u8, OutputMode.JsonSeq => "\x1e"u8, _ => default });
        To.Write(_isPretty ? "{\n"u8 : "{"u8);
        _isFirst = true;
        PrintOwn(journal);
        for (int i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (field.StartsWith("_BOOT_ID="u8) || !field[..Math.Min(field.Length, Long)].Contains((byte)'='))
                continue;
            var name = NameOf(field);
            if (Options.Shows(name) && !IsAmong(fields, i, name))
                PrintField(fields, i, name);
        }
        To.Write(_isPretty ? "\n}\n"u8 : "}\n"u8);
        if (Options.Mode == OutputMode.JsonSse)
            To.Write((byte)'\n');
    }

    private void PrintOwn(JournalSet journal)
    {
        Span<byte> id = stackalloc byte[Id128.Length];
        BeginMember("__CURSOR"u8);
        BeginString();
        WriteCursor(journal);
        EndString();
        BeginMember("__REALTIME_TIMESTAMP"u8);
        BeginString();
        To.Write(journal.Current.Realtime);
        EndString();
        BeginMember("__MONOTONIC_TIMESTAMP"u8);
        BeginString();
        To.Write(journal.Current.Monotonic);
        EndString();
        BeginMember("_BOOT_ID"u8);
        BeginString();
        Id128.Write(journal.Current.BootId, id);
        To.Write(id);
        EndString();
    }

    private static bool IsAmong(EntryFields fields, int count, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < count; i++)
            if (IsValueOf(fields[i], name))
                return true;
        return false;
    }

    private static bool IsValueOf(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) =>
        field.Length > name.Length && field[name.Length] == '=' && field.StartsWith(name);

    private void PrintField(EntryFields fields, int index, ReadOnlySpan<byte> name)
    {
        BeginMember(name);
        int values = 0;
        for (int i = index; i < fields.Count; i++)
            values += IsValueOf(fields[i], name) ? 1 : 0;
        if (values == 1)
        {
            PrintValue(fields[index][(name.Length + 1)..], name.Length, "\t"u8);
            return;
        }
        To.Write(_isPretty ? "[\n"u8 : "["u8);
        bool isFirst = true;
        for (int i = index; i < fields.Count; i++)
        {
            if (!IsValueOf(fields[i], name))
                continue;
            if (!isFirst)
                To.Write(_isPretty ? ",\n"u8 : ","u8);
            isFirst = false;
            To.Write(_isPretty ? "\t\t"u8 : default);
            PrintValue(fields[i][(name.Length + 1)..], name.Length, "\t\t"u8);
        }
        To.Write(_isPretty ? "\n\t]"u8 : "]"u8);
    }

    private void PrintValue(ReadOnlySpan<byte> value, int nameLength, ReadOnlySpan<byte> indent)
    {
        if (!Options.ShowsAll && nameLength + 1 + value.Length >= Long)
        {
            To.Write(Colours.Highlight);
            To.Write("null"u8);
            To.Write(Colours.Normal);
        }
        else if (Utf8Text.IsPrintable(value))
        {
            BeginString();
            WriteEscaped(value);
            EndString();
        }
        else
            PrintBytes(value, indent);
    }

    private void PrintBytes(ReadOnlySpan<byte> value, ReadOnlySpan<byte> indent)
    {
        To.Write(_isPretty ? "[\n"u8 : "["u8);
        for (int i = 0; i < value.Length; i++)
        {
            if (i > 0)
                To.Write(_isPretty ? ",\n"u8 : ","u8);
            if (_isPretty)
            {
                To.Write(indent);
                To.Write((byte)'\t');
            }
            To.Write(Colours.HighlightBlue);
            To.Write((ulong)value[i]);
            To.Write(Colours.Normal);
        }
        if (_isPretty)
        {
            To.Write((byte)'\n');
            To.Write(indent);
        }
        To.Write((byte)']');
    }

    private void BeginMember(ReadOnlySpan<byte> name)
    {
        if (!_isFirst)
            To.Write(_isPretty ? ",\n"u8 : ","u8);
        _isFirst = false;
        To.Write(_isPretty ? "\t"u8 : default);
        BeginString();
        To.Write(name);
        EndString();
        To.Write(_isPretty ? " : "u8 : ":"u8);
    }

    private void BeginString()
    {
        To.Write((byte)'"');
        To.Write(Colours.Green);
    }

    private void EndString()
    {
        To.Write(Colours.Normal);
        To.Write((byte)'"');
    }

    private void WriteEscaped(ReadOnlySpan<byte> text)
    {
        for (int at; (at = text.IndexOfAny(s_escaped)) >= 0; text = text[(at + 1)..])
        {
            To.Write(text[..at]);
            // Control characters but these two aren't printable, and don't come here.
            To.Write((byte)'\\');
            To.Write(text[at] switch { (byte)'\n' => (byte)'n', (byte)'\t' => (byte)'t', var b => b });
        }
        To.Write(text);
    }
}
