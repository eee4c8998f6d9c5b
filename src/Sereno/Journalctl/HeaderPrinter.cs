using System.Globalization;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>What a file's header says.</summary>
internal static class HeaderPrinter
{
    private const ulong DeepestChain = 100;

    public static void Print(JournalSet journal, OutputBuffer to, Zone zone)
    {
        bool isFirst = true;
        foreach (var file in journal.Files)
        {
            if (!isFirst)
                to.Write((byte)'\n');
            isFirst = false;
            Print(file, to, zone);
        }
    }

    private static void Print(JournalFile file, OutputBuffer to, Zone zone)
    {
        ref readonly var h = ref file.Header;
        ulong dataItems = h.DataHashTableSize / HashItem.Size, fieldItems = h.FieldHashTableSize / HashItem.Size;
        string Time(ulong usec) => $"{Timestamps.Format(usec, zone) ?? "n/a"} ({usec:x})";
        string Has(bool it, string name) => it ? " " + name : "";
        to.Write($"File path: {file.Path}\n");
        to.Write($"File ID: {Id128.Format(h.FileId)}\nMachine ID: {Id128.Format(h.MachineId)}\n");
        to.Write($"Boot ID: {Id128.Format(h.BootId)}\nSequential number ID: {Id128.Format(h.SeqnumId)}\n");
        to.Write($"State: {h.State.ToString().ToUpperInvariant()}\n");
        to.Write($"Compatible flags:{Has((h.Compatible & Compatible.Sealed) != 0, "SEALED")}{Has((h.Compatible & ~Compatible.Sealed) != 0, "???")}\n");
        to.Write($"Incompatible flags:{Has((h.Incompatible & Incompatible.Xz) != 0, "COMPRESSED-XZ")}{Has((h.Incompatible & Incompatible.Lz4) != 0, "COMPRESSED-LZ4")}"
            + $"{Has((h.Incompatible & Incompatible.Zstd) != 0, "COMPRESSED-ZSTD")}{Has(file.HasKeyedHash, "KEYED-HASH")}{Has(file.IsCompact, "COMPACT")}\n");
        to.Write($"Header size: {h.HeaderSize}\nArena size: {h.ArenaSize}\nData hash table size: {dataItems}\nField hash table size: {fieldItems}\n");
        to.Write($"Rotate suggested: {(SuggestsRotation(h) ? "yes" : "no")}\n");
        to.Write($"Head sequential number: {h.HeadEntrySeqnum} ({h.HeadEntrySeqnum:x})\nTail sequential number: {h.TailEntrySeqnum} ({h.TailEntrySeqnum:x})\n");
        to.Write($"Head realtime timestamp: {Time(h.HeadEntryRealtime)}\nTail realtime timestamp: {Time(h.TailEntryRealtime)}\n");
        to.Write($"Tail monotonic timestamp: {TimeSpans.Format(h.TailEntryMonotonic, 1000)} ({h.TailEntryMonotonic:x})\n");
        to.Write($"Objects: {h.ObjectCount}\nEntry objects: {h.EntryCount}\n");
        // Older headers end before these.
        if (Contains(h, 216))
            to.Write($"Data objects: {h.DataCount}\nData hash table fill: {Percent(h.DataCount, dataItems)}%\n");
        if (Contains(h, 224))
            to.Write($"Field objects: {h.FieldCount}\nField hash table fill: {Percent(h.FieldCount, fieldItems)}%\n");
        if (Contains(h, 232))
            to.Write($"Tag objects: {h.TagCount}\n");
        if (Contains(h, 240))
            to.Write($"Entry array objects: {h.EntryArrayCount}\n");
        if (Contains(h, 256))
            to.Write($"Deepest field hash chain: {h.FieldHashChainDepth}\n");
        if (Contains(h, 248))
            to.Write($"Deepest data hash chain: {h.DataHashChainDepth}\n");
        to.Write($"Disk usage: {Sizes.Format(file.Allocated)}\n");
    }

    private static bool Contains(in FileHeader header, ulong end) => header.HeaderSize >= end;

    private static string Percent(ulong part, ulong whole) => (100.0 * part / whole).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Whether journald would begin a new file (journal_file_rotate_suggested).</summary>
    private static bool SuggestsRotation(in FileHeader h) => h.HeaderSize < FileHeader.Size
        || h.DataCount * 4 > h.DataHashTableSize / HashItem.Size * 3 || h.FieldCount * 4 > h.FieldHashTableSize / HashItem.Size * 3
        || h.DataHashChainDepth > DeepestChain || h.FieldHashChainDepth > DeepestChain || (h.DataCount > 0 && h.FieldCount == 0);
}
