using Sereno.Journal.Read;
using Sereno.Journalctl;

namespace Sereno.Forward;

/// <summary>The line that "logs -o json --all" prints: nothing of a long field is left out.</summary>
internal sealed class JsonFormat : RecordFormat
{
    private readonly PrintOptions _options = new() { Mode = OutputMode.Json, ShowsAll = true };

    public override bool TryWrite(JournalSet journal, EntryFields fields, MemoryStream to)
    {
        var output = new OutputBuffer(to);
        try
        {
            new JsonPrinter(_options, output).Print(journal, fields, default);
        }
        catch (InvalidFieldException)
        {
            return false;
        }
        output.Flush();
        return true;
    }
}
