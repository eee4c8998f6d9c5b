using System.Globalization;
using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>--list-boots.</summary>
internal static class BootList
{
    private static readonly string[] s_heads = ["IDX", "BOOT ID", "FIRST ENTRY", "LAST ENTRY"];

    public static void Print(JournalSet journal, JournalctlOptions options, OutputBuffer to, Zone zone)
    {
        var boots = journal.Boots();
        var rows = boots.Select((boot, i) => (Index: i - boots.Count + 1, Boot: boot)).ToList();
        if (options.IsReverse)
            rows.Reverse();
        if (boots.Count == 0)
            return;
        var colours = Colours.OfEnvironment();
        if (options.Mode.IsJson())
            PrintJson(rows, options.Mode, to, colours);
        else
            PrintTable([.. rows.Select(r => (string[])[r.Index.ToString(CultureInfo.InvariantCulture), Id128.Format(r.Boot.Id),
                Timestamps.Format(r.Boot.First, zone) ?? "-", Timestamps.Format(r.Boot.Last, zone) ?? "-"])], options.IsQuiet, to, colours);
    }

    private static void PrintTable(List<string[]> rows, bool isHeadless, OutputBuffer to, Colours colours)
    {
        int[] widths = [.. Enumerable.Range(0, s_heads.Length).Select(c => Math.Max(isHeadless ? 0 : s_heads[c].Length, rows.Max(r => r[c].Length)))];
        if (!isHeadless)
        {
            for (int c = 0; c < s_heads.Length; c++)
            {
                string head = (c > 0 ? " " : "") + (c == 0 ? s_heads[c].PadLeft(widths[c]) : c == s_heads.Length - 1 && !colours.Enabled ? s_heads[c] : s_heads[c].PadRight(widths[c]));
                to.Write(colours.Normal);
                to.Write(colours.Underline);
                to.Write(head);
                to.Write(colours.Normal);
            }
            to.Write((byte)'\n');
        }
        foreach (string[] row in rows)
            to.Write($"{row[0].PadLeft(widths[0])} {row[1].PadRight(widths[1])} {row[2].PadRight(widths[2])} {row[3]}\n");
    }

    private static void PrintJson(List<(int Index, Boot Boot)> rows, OutputMode mode, OutputBuffer to, Colours colours)
    {
        bool isPretty = mode == OutputMode.JsonPretty;
        string Coloured(byte[] on, string text) => colours.Enabled ? Encoding.ASCII.GetString(on) + text + Encoding.ASCII.GetString(colours.Normal) : text;
        string Member(string name, string value) => $"{(isPretty ? "\n\t\t" : "")}\"{Coloured(colours.Green, name)}\"{(isPretty ? " : " : ":")}{value}";
        string Number(object number) => Coloured(colours.HighlightBlue, string.Create(CultureInfo.InvariantCulture, $"{number}"));
        var objects = rows.Select(r => (isPretty ? "\n\t{" : "{") + string.Join(',', Member("index", Number(r.Index)), Member("boot_id", $"\"{Coloured(colours.Green, Id128.Format(r.Boot.Id))}\""),
            Member("first_entry", Number(r.Boot.First)), Member("last_entry", Number(r.Boot.Last))) + (isPretty ? "\n\t}" : "}"));
        to.Write(mode switch { OutputMode.JsonSse => "data: ", OutputMode.JsonSeq => "\x1e", _ => "" } + "[" + string.Join(',', objects) + (isPretty ? "\n]\n" : "]\n") + (mode == OutputMode.JsonSse ? "\n" : ""));
    }
}
