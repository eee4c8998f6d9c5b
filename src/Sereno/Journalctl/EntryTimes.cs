using System.Buffers.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>When an entry's event was: as its source says, else when it was received. Microseconds.</summary>
internal readonly record struct EntryTimes(ulong Realtime, ulong Monotonic, UInt128 BootId)
{
    private const ulong End = 1UL << 55;

    public static EntryTimes Of(EntryFields fields, in EntryObject entry)
    {
        ulong realtime = 0, monotonic = End;
        bool hasRealtime = false, hasMonotonic = false;
        for (int i = 0; i < fields.Count && !(hasRealtime && hasMonotonic); i++)
        {
            var field = fields[i];
            if (!field.StartsWith("_SOURCE_"u8))
                continue;
            if (field.StartsWith("_SOURCE_REALTIME_TIMESTAMP="u8))
                (realtime, hasRealtime) = (Number(field[27..]) ?? 0, true);
            else if (field.StartsWith("_SOURCE_MONOTONIC_TIMESTAMP="u8))
                (monotonic, hasMonotonic) = (Number(field[28..]) ?? End, true);
        }
        return new(realtime is > 0 and < End ? realtime : entry.Realtime, monotonic < End ? monotonic : entry.Monotonic, entry.BootId);
    }

    private static ulong? Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out ulong number, out int used) && used == text.Length ? number : null;
}
