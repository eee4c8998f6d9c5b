using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>All fields of an entry, a line each.</summary>
internal sealed class VerbosePrinter(PrintOptions options, OutputBuffer to, WallClock clock) : EntryPrinter(options, to)
{
    private const int Longest = 300;

    public override void Print(JournalSet journal, EntryFields fields, (int From, int To) match)
    {
        clock.WriteFull(To, EntryTimes.Of(fields, journal.Current).Realtime, precise: true);
        To.Write(" ["u8);
        WriteCursor(journal);
        To.Write("]\n"u8);
        for (int i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            var name = NameOf(field);
            if (Options.Shows(name))
                PrintField(field, name);
        }
        WriteExplanation(fields);
    }

    private void PrintField(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name)
    {
        var value = field[(name.Length + 1)..];
        bool isMessage = Colours.Enabled && name.SequenceEqual("MESSAGE"u8);
        if (Colours.Links && name.SequenceEqual("CONFIG_FILE"u8) && !value.IsEmpty)
            value = Documentation.Link(value, Options.HostName);
        To.Write("    "u8);
        if (isMessage)
            To.Write(Colours.Highlight);
        To.Write(name);
        To.Write((byte)'=');
        bool isText = Options.ShowsAll || ((field.Length < Longest || Options.IsFullWidth) && Utf8Text.IsPrintable(field));
        if (isText)
            WriteLines(value, 4 + name.Length + 1, isFullWidth: true, priority: 6, isAudit: false, match: null);
        else
            WriteBlob(field.Length - name.Length - 1);
        if (isMessage)
            To.Write(Colours.Normal);
        if (!isText)
            To.Write((byte)'\n');
    }
}
