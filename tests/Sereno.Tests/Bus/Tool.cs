using System.Diagnostics;

namespace Sereno.Tests.Bus;

/// <summary>Runs one of systemd's own tools, in the C locale, UTC and without colours.</summary>
internal static class Tool
{
    public static (int Status, string Output, string Errors) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        start.Environment["SYSTEMD_IGNORE_CHROOT"] = "1";
        start.Environment["SYSTEMD_COLORS"] = "0";
        start.Environment["SYSTEMD_URLIFY"] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
