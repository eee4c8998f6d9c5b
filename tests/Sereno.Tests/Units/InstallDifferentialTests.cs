using CsCheck;
using Sereno.Units.Install;
using Sereno.Verbs.Install;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>The same commands on two copies of a root, one by systemctl and one by us: the same links, words and exit status.</summary>
public class InstallDifferentialTests
{
    [Fact]
    public void Enable_and_its_kin_leave_the_links_that_systemctl_leaves_and_say_the_same()
    {
        Assert.SkipUnless(Oracle.HasSystemctl, Oracle.Missing);
        InstallCase.Cases.Sample(Same, iter: 100, threads: 1);
    }

    private static void Same(InstallCase c)
    {
        using UnitFolder theirs = new(), ours = new();
        foreach (var root in (UnitFolder[])[theirs, ours])
            foreach (var (path, text, target) in c.Files.Append(("usr/lib/systemd/system/multi-user.target", "[Unit]\n", null)).Append(("etc/os-release", "ID=debian\n", null)))
                if (text is not null)
                    root.File(path, text);
                else
                    root.Link(path, target!);
        foreach (string[] command in c.Commands)
        {
            var (status, output, errors) = Oracle.Run("systemctl", [$"--root={theirs.Root}", .. command], ("SYSTEMCTL_SKIP_SYSV", "0"));
            var mine = Ours(ours.Root, command);
            string what = string.Join(' ', command);
            Equal(what, Links(theirs.Root), Links(ours.Root));
            // Where preset-all gives up depends on the order of the folder, and so does which files it reads: a unit that another's
            // Also= has named before is not.
            bool all = command[0] == "preset-all";
            if (!all || status == 0)
                Equal(what + " (errors)", Lines(errors, theirs.Root, all), Lines(mine.Errors, ours.Root, all));
            Equal(what + " (output)", output, mine.Output);
            Assert.True(status == mine.Status, $"{what}: status {status}, ours {mine.Status}");
        }
    }

    private static (int Status, string[] Output, string[] Errors) Ours(string root, string[] command)
    {
        string verb = command[0];
        string[] options = [.. command.Where(w => w.StartsWith("--", StringComparison.Ordinal))], names = [.. command.Skip(1).Where(w => !options.Contains(w))];
        bool targeted = verb is "add-wants" or "add-requires" or "set-default";
        string? Value(string option) => options.FirstOrDefault(o => o.StartsWith(option, StringComparison.Ordinal))?[option.Length..];
        var arguments = new InstallArguments(verb, targeted ? names[1..] : names)
        {
            Target = targeted ? names[0] : null,
            Runtime = options.Contains("--runtime"), Force = options.Contains("--force"), Quiet = options.Contains("--quiet"),
            PresetMode = Value("--preset-mode=") switch { "enable-only" => PresetMode.EnableOnly, "disable-only" => PresetMode.DisableOnly, _ => PresetMode.Full },
            States = Value("--state=")?.Split(',') ?? [],
        };
        using StringWriter output = new(), errors = new();
        int status = new OfflineInstall(InstallPlace.Below(root, global: false), output, errors).Run(arguments);
        return (status, Split(output), Split(errors));
    }

    private static string[] Split(StringWriter text) => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>systemctl walks folders in the order in which the file system has them, so that order says nothing.</summary>
    private static string[] Lines(string[] lines, string root, bool withoutReading) =>
        [.. lines.Where(l => !withoutReading || !l.Contains(", ignoring", StringComparison.Ordinal)).Select(l => l.Replace(root, "ROOT")).Order(StringComparer.Ordinal)];

    private static void Equal(string what, string[] theirs, string[] ours) =>
        Assert.True(theirs.SequenceEqual(ours), $"{what}\n{string.Join("\n", Difference("theirs", theirs, ours).Concat(Difference("ours", ours, theirs)).DefaultIfEmpty("the order"))}");

    private static IEnumerable<string> Difference(string whose, string[] lines, string[] others) =>
        lines.CountBy(l => l).Where(l => l.Value != others.Count(o => o == l.Key)).Select(l => $"{whose}: {l.Value} x {l.Key}");

    private static string[] Links(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Select(p => $"{p[root.Length..]} -> {new FileInfo(p).LinkTarget?.Replace(root, "ROOT")}").Order(StringComparer.Ordinal)];
}
