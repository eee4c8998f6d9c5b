using System.Diagnostics;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>
/// A Debian of its own whose PID 1 is <c>sereno init</c> (test/live/boot.sh), in namespaces of its own over an overlay in memory:
/// each boot is as if it were the first, and nothing of it stays. Its image is made once, in .cache/root or SERENO_LIVE_ROOT.
/// </summary>
public sealed class PrivateRoot : IDisposable
{
    private static readonly Lazy<string?> s_unavailable = new(Prepare);
    private readonly string _state = Directory.CreateTempSubdirectory("sereno-root-").FullName;
    private readonly Process? _process;
    private Task<string>? _said;

    public PrivateRoot()
    {
        if (Unavailable is not null)
            return;
        _process = Command.Start($"{Scripts}/boot.sh", Image, Path.GetDirectoryName(Live.Executable)!, _state);
        _said = Task.WhenAll(_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync()).ContinueWith(t => string.Concat(t.Result));
        try
        {
            // boot.sh becomes unshare, whose only child is PID 1 inside.
            Live.Eventually(() => _process.HasExited || (Init = ProcessTable.Take().Children(_process.Id).FirstOrDefault()) != 0
                && File.Exists($"/proc/{Init}/root/run/systemd/private"), () => "booted", 30);
            Assert.False(_process.HasExited, "the boot ended at once");
            Live.Eventually(() => Enter("systemctl", "is-system-running") is { Output: "running\n" or "degraded\n" }, () => $"up: {Enter("systemctl", "list-jobs")}", 60);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Unavailable => s_unavailable.Value;

    /// <summary>PID 1 as the host sees it.</summary>
    public int Init { get; private set; }

    private static string Scripts => Path.Combine(Live.Repository, "tests/live");

    internal static string Image => Environment.GetEnvironmentVariable("SERENO_LIVE_ROOT") is { Length: > 0 } root ? root : Path.Combine(Live.Repository, ".cache/root");

    /// <summary>Runs a command inside. enter.sh refuses while the root there is still the host's.</summary>
    public Outcome Enter(params IEnumerable<string> command) => Command.Run($"{Scripts}/enter.sh", [Init.ToString(), .. command]);

    public Outcome Sereno(params IEnumerable<string> arguments) => Enter(["/opt/sereno/sereno", .. arguments]);

    /// <summary>Runs a command that has to succeed.</summary>
    public string Do(params IEnumerable<string> command)
    {
        var outcome = Enter(command);
        Assert.True(outcome.Status == 0, $"{string.Join(' ', command)}: {outcome}");
        return outcome.Output;
    }

    public string Show(string unit, string property) => Do("systemctl", "show", unit, "-p", property, "--value").TrimEnd('\n');

    public void Expect(string unit, string active, string sub) =>
        Live.Eventually(() => (Show(unit, "ActiveState"), Show(unit, "SubState")) == (active, sub),
            () => $"{unit} {active} {sub}; {Enter("systemctl", "status", unit)}");

    public void Dispose()
    {
        if (_process is not null)
        {
            // The end of PID 1 is the end of all inside; unshare itself ignores SIGTERM meanwhile.
            if (Init != 0 && !_process.HasExited)
                Proc.Kill(Init);
            if (!_process.WaitForExit(10_000))
                Proc.Kill(_process.Id);
            _process.WaitForExit(5000);
            _said?.Wait(5000);
            _process.Dispose();
            if (File.Exists($"{_state}/cgroup"))
            {
                var group = new Cgroup(File.ReadAllText($"{_state}/cgroup").Trim());
                Live.Within(5, group.Remove);
            }
        }
        Directory.Delete(_state, recursive: true);
    }

    private static string? Prepare()
    {
        if (!OperatingSystem.IsLinux() || Live.Executable is null)
            return "there is no sereno executable: build or publish src/Sereno, or set SERENO_EXE";
        if (!Environment.IsPrivilegedProcess)
            return "needs root";
        if (Command.Run("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--fork", "true") is { Status: not 0 } refused)
            return $"namespaces are not permitted here: {refused.Errors.Trim()}";
        return Command.Run(TimeSpan.FromMinutes(10), $"{Scripts}/make-root.sh", Image) is { Status: not 0 } failed
            ? $"the Debian image can't be made: {failed.Errors.Trim()}" : null;
    }
}

/// <summary>One boot for the tests of a class, which run one after the other.</summary>
public abstract class PrivateRootSpecs : IClassFixture<PrivateRoot>
{
    protected PrivateRootSpecs(PrivateRoot root)
    {
        Assert.SkipWhen(PrivateRoot.Unavailable is not null, PrivateRoot.Unavailable ?? "");
        Root = root;
    }

    protected PrivateRoot Root { get; }
}
