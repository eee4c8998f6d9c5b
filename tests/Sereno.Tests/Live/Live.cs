using System.Diagnostics;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>One after the other, when all else is done: they measure time and memory, and a busy machine is part of neither.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Live
{
    public const string Name = "live";

    public static string Repository { get; } = Find();

    /// <summary>The executable under test: SERENO_EXE, else what was published to out/, else what was built; null when there is none.</summary>
    public static string? Executable { get; } = new[]
    {
        Environment.GetEnvironmentVariable("SERENO_EXE"),
        Path.Combine(Repository, "out/sereno"),
        Path.Combine(Repository, "src/Sereno/bin/Release/net10.0/sereno"),
        Path.Combine(Repository, "src/Sereno/bin/Debug/net10.0/sereno"),
    }.FirstOrDefault(File.Exists) is { } found ? Path.GetFullPath(found) : null;

    /// <summary>Compiled ahead of time: what people run, and what is held to its weight.</summary>
    public static bool IsAot => Executable is { } program && !File.Exists(program + ".dll");

    public static void Require()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only");
        Assert.SkipWhen(Executable is null, "there is no sereno executable: build or publish src/Sereno, or set SERENO_EXE");
    }

    /// <summary>Polls; the caller says how long is still right.</summary>
    public static bool Within(double seconds, Func<bool> condition)
    {
        for (long end = Environment.TickCount64 + (long)(seconds * 1000); ; Thread.Sleep(10))
        {
            if (condition())
                return true;
            if (Environment.TickCount64 >= end)
                return false;
        }
    }

    public static void Eventually(Func<bool> condition, Func<string> what, double seconds = 20)
    {
        if (!Within(seconds, condition))
            Assert.Fail($"not within {seconds} s: {what()}");
    }

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Sereno.slnx")))
                return folder;
        throw new DirectoryNotFoundException($"no Sereno.slnx above {AppContext.BaseDirectory}");
    }
}

public readonly record struct Outcome(int Status, string Output, string Errors)
{
    public override string ToString() => $"exit {Status}\n{Output}{Errors}";
}

/// <summary>Runs a program to its end, in the C locale and UTC; kills it by its pid when it takes too long.</summary>
public static class Command
{
    public static Outcome Run(string program, params IEnumerable<string> arguments) => Run(TimeSpan.FromSeconds(60), program, arguments);

    public static Outcome Run(TimeSpan timeout, string program, params IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(timeout) || !Task.WaitAll([output, errors], 5000))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {timeout.TotalSeconds} s");
        }
        return new(process.ExitCode, output.Result, errors.Result);
    }

    public static Process Start(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        foreach (string name in (string[])["NOTIFY_SOCKET", "SYSTEMD_UNIT_PATH", "INVOCATION_ID"])
            start.Environment.Remove(name);
        return Process.Start(start)!;
    }
}

/// <summary>What /proc says of a process.</summary>
internal static class Proc
{
    public static bool IsAlive(int pid) => ProcessTable.Stat(pid) is { State: not ('Z' or 'X') };

    public static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    /// <summary>Kilobytes; shared pages are divided among those who share them (proc_pid_smaps_rollup(5)).</summary>
    public static int PssKilobytes(int pid) => int.Parse(File.ReadLines($"/proc/{pid}/smaps_rollup")
        .First(l => l.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    public static IEnumerable<int> Zombies(int parent) =>
        ProcessTable.Take().Processes.Values.Where(p => p.Parent == parent && p.State == 'Z').Select(p => p.Pid);

    public static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }

    public static void Kill(int pid)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid); // 0 is our own process group
        Self.Kill(pid, libc.SIGKILL);
    }
}
