using System.Diagnostics;

namespace Sereno.Tests.Units;

/// <summary>Runs systemd's own tools, where they are installed.</summary>
public static class Oracle
{
    public static bool HasAnalyze => File.Exists("/usr/bin/systemd-analyze");
    public static bool HasSystemctl => File.Exists("/usr/bin/systemctl");

    public const string Missing = "systemd's tools are not installed";

    public static (int Status, string[] Output, string[] Errors) Run(string program, string[] arguments, params (string, string)[] environment)
    {
        var (status, output, errors) = RunWhole(program, arguments, environment);
        return (status, Lines(output), Lines(errors));
    }

    public static (int Status, string Output, string Errors) RunWhole(string program, string[] arguments, params (string, string)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SYSTEMD_LOG_LEVEL"] = "info";
        start.Environment["SYSTEMD_LOG_COLOR"] = "0";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
