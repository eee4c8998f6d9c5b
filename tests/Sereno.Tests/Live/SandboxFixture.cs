using Xunit;

namespace Sereno.Tests.Live;

/// <summary>One instance for all sandbox specs: each runs a script as a service and reads what it saw from inside.</summary>
public sealed class SandboxFixture : IDisposable
{
    private LiveInstance? _instance;
    private int _count;

    internal LiveInstance Instance => _instance ??= new(_ => { });

    /// <summary>Runs a shell script as a oneshot with these settings; what it printed, without the line end.</summary>
    public string Inside(string settings, string script)
    {
        var (code, output) = Run(settings, script);
        Assert.True(code == 0, $"the service failed: {output}\n{Instance.Run("logs", "box" + _count).Output}");
        return output;
    }

    /// <summary>The exit status of the start, and what the script had printed by then.</summary>
    public (int Status, string Output) Run(string settings, string script)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to make namespaces");
        string name = $"box{++_count}.service", path = Write(name, settings, script);
        Instance.Do("daemon-reload");
        var outcome = Instance.Run("start", name);
        return (outcome.Status, File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n') : "");
    }

    /// <summary>Writes a unit whose output goes to the file that is returned.</summary>
    public string Write(string name, string settings, string script, string type = "oneshot")
    {
        string output = $"{Instance.Folder}/{name}.out", file = $"{Instance.Folder}/{name}.sh";
        File.WriteAllText(file, script);
        // The script is read before the file system changes: it comes in by standard input.
        File.WriteAllText($"{Instance.Units}/{name}", $"[Unit]\nDefaultDependencies=no\n[Service]\nType={type}\nStandardInput=file:{file}\nStandardOutput=truncate:{output}\nStandardError=inherit\nExecStart=/bin/sh\n{settings}\n");
        return output;
    }

    public void Dispose() => _instance?.Dispose();
}
