using System.Collections;
using Sereno.Linux;

namespace Sereno.Verbs.Install;

/// <summary>Runs another program in the foreground, with our terminal and environment, and waits for it.</summary>
internal static class Program
{
    /// <param name="words">The program, looked up in PATH, and its arguments.</param>
    /// <returns>The exit status, 128 + the signal for one that was killed, or null where there is no such program.</returns>
    public static int? Run(IReadOnlyList<string> words)
    {
        if (Find(words[0]) is not { } path)
            return null;
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}").ToList();
        byte[] plan = new PlanWriter().Chdir(ExitStage.Chdir, Environment.CurrentDirectory).Exec(ExitStage.Exec, path, words, environment).ToArray();
        var child = Spawner.Spawn(plan, [new Fd(0), new Fd(1), new Fd(2)]);
        if (!child.Ok)
            throw new LinuxException(child.Errno, $"run {words[0]}");
        using var pidfd = child.Pidfd;
        var exit = ChildWait.For(child.Pid);
        return exit.Code == ChildCode.Exited ? exit.Status : 128 + exit.Status;
    }

    /// <summary>As execvp(3) looks for it.</summary>
    public static string? Find(string name)
    {
        if (name.Contains('/'))
            return File.Exists(name) ? name : null;
        string path = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } set ? set : "/usr/local/bin:/usr/bin:/bin";
        return path.Split(':').Select(folder => $"{folder}/{name}").FirstOrDefault(File.Exists);
    }
}
