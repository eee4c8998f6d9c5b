using Sereno.Journal.Intake;
using Sereno.Texts;

namespace Sereno.Verbs;

public static partial class StatusVerb
{
    /// <summary>Why nothing can be written to the journal, if so: services wait for it, or lose lines (LogFull=).</summary>
    private static void WriteJournalNotice(Instance instance)
    {
        if (Linux.Files.TryReadText($"{instance.RuntimeFolder}/{JournalLoop.NoticeName}") is not { } why)
            return;
        StandardStreams.Text.Flush();
        StandardStreams.Errors.WriteLine($"sereno: {Text.Current.JournalFull(why.Trim())}");
    }
}
