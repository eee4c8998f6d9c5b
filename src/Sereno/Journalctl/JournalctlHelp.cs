using Sereno.Verbs;

namespace Sereno.Journalctl;

internal static class JournalctlHelp
{
    /// <summary>The help of "sereno logs", which has the same options.</summary>
    public static int Print() => CommandLine.Run(["logs", "--help"]);

    /// <summary>Scripts look for the first number.</summary>
    public static int PrintVersion()
    {
        StandardStreams.Text.WriteLine($"systemd 252 (sereno {typeof(JournalctlHelp).Assembly.GetName().Version!.ToString(3)})");
        return 0;
    }
}
