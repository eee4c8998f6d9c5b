using Sereno.Journalctl;

namespace Sereno.Verbs;

/// <summary>journalctl, by link.</summary>
public static class JournalctlVerb
{
    /// <summary>Does what journalctl does with these arguments.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var options = JournalctlArguments.Read(arguments, isVerb: false, StandardStreams.Errors, out int exit, out _);
        if (options is not null)
            exit = JournalctlRun.Do(options);
        StandardStreams.Text.Flush();
        return exit;
    }
}
