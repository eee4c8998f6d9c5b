using System.Diagnostics;
using System.Text;
using Sereno.Sockets.Diag;
using Sereno.Tests.Sockets.Lab;
using Sereno.Verbs;

namespace Sereno.Tests.Sockets.Ss;

/// <summary>The installed ss and ours, each with the same variables in its environment.</summary>
internal static class SsPrograms
{
    public static Outcome Theirs(string arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("ss", Differential.Split(arguments)) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.Latin1 };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, errors.Result);
    }

    public static Outcome Ours(string arguments, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(v => v.Name, v => v.Value);
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        int exit = SsVerb.Run(Differential.Split(arguments), output, errors, null, new ProcFiles(environment.GetValueOrDefault));
        return new(exit, Encoding.Latin1.GetString(output.ToArray()), errors.ToString());
    }
}
