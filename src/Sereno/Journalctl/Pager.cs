using System.Collections;
using System.Globalization;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>What a terminal gets goes through a pager, as systemctl(1) and journalctl(1) describe: $SYSTEMD_PAGER, else $PAGER, else
/// pager, less or more; without a shell. Who may be somebody else than he seems (sudo) gets less in its secure mode.</summary>
internal sealed class Pager : IDisposable
{
    private const int DeathSignal = 1; // PR_SET_PDEATHSIG

    private readonly int _pid;
    private readonly Fd _output, _errors;
    private readonly SignalPipe? _interrupts;

    private Pager(int pid, Fd input, bool ignoresInterrupts)
    {
        (_pid, _output, _errors) = (pid, Fd.DuplicateOf(1), Fd.DuplicateOf(2));
        using (input)
        {
            input.PutAt(1);
            input.PutAt(2);
        }
        // It stops on Ctrl-C what it shows, and goes on.
        _interrupts = ignoresInterrupts ? new(libc.SIGINT) : null;
    }

    /// <summary>Null where there is none: no terminal, a dumb one, or none is wanted.</summary>
    /// <param name="toEnd">To its last page.</param>
    public static Pager? Open(bool toEnd)
    {
        if (!Colours.IsTerminal || Variable("TERM") is null or "dumb")
            return null;
        string[]? asked = (Variable("SYSTEMD_PAGER") ?? Variable("PAGER"))?.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        if (asked is [] or ["cat"])
            return null;
        bool? isSecure = Variable("SYSTEMD_PAGERSECURE") is { } wish ? Booleans.Parse(wish) ?? true : null;
        bool secure = isSecure ?? IsElevated();
        string options = (Variable("SYSTEMD_LESS") ?? "FRSXMK") + (toEnd ? " +G" : "");
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Where(e => (string)e.Key is not ("LESS" or "LESSSECURE"))
            .Select(e => $"{e.Key}={e.Value}").Append($"LESS={options}").ToList();
        if (secure)
            environment.Add("LESSSECURE=1");
        if ((Variable("SYSTEMD_LESSCHARSET") ?? (IsUtf8() ? "utf-8" : null)) is { } letters)
            environment = [.. environment.Where(e => !e.StartsWith("LESSCHARSET=", StringComparison.Ordinal)), $"LESSCHARSET={letters}"];
        // A pager of the environment's is trusted where the mode was asked for, too.
        string[][] candidates = [.. asked is not null && isSecure is not null ? (string[][])[asked] : [], .. secure ? (string[][])[["less"]] : [["pager"], ["less"], ["more"]]];
        foreach (string[] words in candidates)
            if (Verbs.Install.Program.Find(words[0]) is { } path && TryStart(path, words, environment) is { } started)
                return new(started.Pid, started.Input, ignoresInterrupts: words[0] == "less" && !options.Contains('K'));
        return null;
    }

    /// <summary>No more comes: waits for who reads it.</summary>
    public void Dispose()
    {
        // Both, or it never sees the end.
        _output.PutAt(1);
        _errors.PutAt(2);
        Self.Kill(_pid, libc.SIGCONT);
        ChildWait.For(_pid);
        _interrupts?.Dispose();
        _output.Dispose();
        _errors.Dispose();
    }

    private static (int Pid, Fd Input)? TryStart(string path, string[] words, List<string> environment)
    {
        var (read, write) = Pipe.Create();
        using (read)
        {
            byte[] plan = new PlanWriter().Prctl(ExitStage.Exec, DeathSignal, libc.SIGINT).Dup(ExitStage.Stdin, 0, 0)
                .Chdir(ExitStage.Chdir, Here()).Exec(ExitStage.Exec, path, words, environment).ToArray();
            var child = Spawner.Spawn(plan, [read]);
            child.Pidfd?.Dispose();
            if (child.Ok)
                return (child.Pid, write);
        }
        write.Dispose();
        return null;
    }

    /// <summary>It may have been removed.</summary>
    private static string Here()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            return "/";
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    private static bool IsUtf8() =>
        new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(Variable).FirstOrDefault(v => !string.IsNullOrEmpty(v)) is { } locale
        && (locale.EndsWith("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.EndsWith("utf8", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether this isn't the session's own account: sudo(8), or no session at all (user-UID.slice of the control group).</summary>
    private static bool IsElevated()
    {
        if (Variable("SUDO_UID") is not null)
            return true;
        foreach (string line in (Files.TryReadText("/proc/self/cgroup") ?? "").Split('\n'))
            if (line.IndexOf("/user-", StringComparison.Ordinal) is > 0 and var at && (line.StartsWith("0::", StringComparison.Ordinal) || line.Contains(":name=systemd:"))
                && line[(at + 6)..].Split(".slice") is [var number, _, ..] && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out uint uid))
                return uid != Self.Uid;
        return true;
    }
}
