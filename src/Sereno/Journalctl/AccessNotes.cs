using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journalctl;

/// <summary>What journalctl says of files that it couldn't open.</summary>
internal static class AccessNotes
{
    private const string Group = "systemd-journal";

    /// <summary>False where there is nothing that may be read.</summary>
    public static bool Say(JournalSet journal, JournalFolders folders, JournalctlOptions options, TextWriter errors)
    {
        if (folders.Errors.Count == 0)
        {
            if (journal.Count == 0 && !options.IsQuiet)
                errors.WriteLine("No journal files were found.");
            return true;
        }
        bool isBlocked = folders.Errors.ContainsKey(libc.EACCES), mayGoOn = true;
        if (isBlocked && !options.IsQuiet && Self.Uid != 0 && !IsInGroup())
            errors.WriteLine($"Hint: You are currently not seeing messages from {(options.OnlyUser && !options.OnlySystem || options.UserUnits.Count > 0 ? "the system" : "other users and the system")}.\n"
                + $"      Users in the '{Group}' group can see all messages. Pass -q to\n      turn off this notice.");
        if (isBlocked && journal.Count == 0)
        {
            errors.WriteLine("No journal files were opened due to insufficient permissions.");
            mayGoOn = false;
        }
        foreach (var (errno, path) in folders.Errors)
            if (errno != libc.EACCES)
                errors.WriteLine(errno switch
                {
                    libc.ENODATA => $"Journal file {path} is truncated, ignoring file.",
                    libc.EPROTONOSUPPORT => $"Journal file {path} uses an unsupported feature, ignoring file.\nUse SYSTEMD_LOG_LEVEL=debug journalctl --file={path} to see the details.",
                    libc.EBADMSG => $"Journal file {path} corrupted, ignoring file.",
                    libc.ETOOMANYREFS => $"Too many journal files (limit is at {JournalFolders.MostFiles}) in scope, ignoring file '{path}'.",
                    _ => $"An error was encountered while opening journal file or directory {path}, ignoring file: {Errno.Text(errno)}",
                });
        return mayGoOn;
    }

    private static bool IsInGroup()
    {
        string gid = new UserDatabase().Group(Group)?.Gid.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
        return (Files.TryReadText("/proc/self/status") ?? "").Split('\n')
            .Any(l => (l.StartsWith("Groups:", StringComparison.Ordinal) || l.StartsWith("Gid:", StringComparison.Ordinal)) && l.Split(' ', '\t').Contains(gid));
    }
}
