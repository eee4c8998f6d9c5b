using System.Buffers.Binary;
using Sereno.Journal.Format;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>The journal export format (systemd.io/JOURNAL_EXPORT_FORMATS).</summary>
internal sealed class ExportPrinter(PrintOptions options, OutputBuffer to) : EntryPrinter(options, to)
{
    public override void Print(JournalSet journal, EntryFields fields, (int From, int To) match)
    {
        Span<byte> id = stackalloc byte[Id128.Length], length = stackalloc byte[8];
        To.Write("__CURSOR="u8);
        WriteCursor(journal);
        To.Write("\n__REALTIME_TIMESTAMP="u8);
        To.Write(journal.Current.Realtime);
        To.Write("\n__MONOTONIC_TIMESTAMP="u8);
        To.Write(journal.Current.Monotonic);
        To.Write("\n_BOOT_ID="u8);
        Id128.Write(journal.Current.BootId, id);
        To.Write(id);
        To.Write((byte)'\n');
        for (int i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (field.StartsWith("_BOOT_ID="u8))
                continue;
            var name = NameOf(field);
            if (!Options.Shows(name))
                continue;
            if (Utf8Text.IsPrintable(field, newlines: false))
                To.Write(field);
            else
            {
                To.Write(name);
                To.Write((byte)'\n');
                BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)(field.Length - name.Length - 1));
                To.Write(length);
                To.Write(field[(name.Length + 1)..]);
            }
            To.Write((byte)'\n');
        }
        To.Write((byte)'\n');
    }
}
