using Xunit;

namespace Sereno.Tests.Live;

/// <summary>An instance whose services tell from inside what they may do (probe.c); one for all tests of a class.</summary>
public sealed class Probe : IDisposable
{
    private LiveInstance? _sereno;
    private int _units;

    /// <summary>Made when the first test wants it, so that a skip isn't a failure.</summary>
    internal LiveInstance Sereno => _sereno ??= new LiveInstance(folder => Compile($"{folder}/probe"));

    /// <summary>Runs the probe as a oneshot service with these lines in its [Service], and gives what it printed.</summary>
    /// <param name="prefix">Before the command, as <c>+</c>.</param>
    /// <param name="unit">The unit's name, where it matters.</param>
    internal string Tell(string settings, string command, string prefix = "", string? unit = null) =>
        Run(settings, command, prefix, ref unit, out int status) is var text && status == 0 ? text
            : throw new Xunit.Sdk.XunitException($"{unit} failed with {status}: {Sereno.Run("logs").Output}");

    internal string Run(string settings, string command, string prefix, ref string? unit, out int status)
    {
        unit ??= $"probe{_units++}.service";
        string output = $"{Sereno.Folder}/{unit}.out";
        File.WriteAllText($"{Sereno.Units}/{unit}",
            $"[Service]\nType=oneshot\nStandardOutput=truncate:{output}\n{settings.Replace("{dir}", Sereno.Folder)}\nExecStart={prefix}{Sereno.Folder}/probe {command}\n");
        status = Sereno.Run("start", unit).Status;
        return File.Exists(output) ? File.ReadAllText(output) : "";
    }

    public void Dispose() => _sereno?.Dispose();

    private static void Compile(string program)
    {
        var compiler = Command.Run("cc", "-O1", "-o", program, Path.Combine(Live.Repository, "tests/Sereno.Tests/Live/probe.c"));
        Assert.True(compiler.Status == 0, compiler.ToString());
    }
}
