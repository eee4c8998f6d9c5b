using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>The message alone, or the fields that were asked for, a line each.</summary>
internal sealed class CatPrinter(PrintOptions options, OutputBuffer to) : EntryPrinter(options, to)
{
    private static readonly byte[][] s_message = ["MESSAGE"u8.ToArray()];

    public override void Print(JournalSet journal, EntryFields fields, (int From, int To) match)
    {
        int level = Colours.Enabled && fields.TryGet("PRIORITY"u8, out var priority) && priority is [>= (byte)'0' and <= (byte)'7'] ? priority[0] - '0' : 6;
        var (on, off, matched) = Colours.OfPriority(level);
        foreach (byte[] name in Options.Fields is { Count: > 0 } wanted ? wanted : s_message)
        {
            if (!fields.TryGet(name, out var value))
                continue;
            bool isMatched = Colours.Enabled && name.AsSpan().SequenceEqual("MESSAGE"u8) && match.To <= value.Length;
            To.Write(on);
            if (isMatched)
            {
                To.Write(value[..match.From]);
                To.Write(matched);
                To.Write(value[match.From..match.To]);
                To.Write(on);
                To.Write(value[match.To..]);
            }
            else
                To.Write(value);
            To.Write(off);
            To.Write((byte)'\n');
        }
    }
}
