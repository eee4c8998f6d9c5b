using System.Diagnostics;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>A real <c>sereno init</c> with everything in one temporary folder: {Folder}/units, /run, /log, /output.</summary>
internal sealed class LiveInstance : IDisposable
{
    private readonly Process _process;
    private readonly bool _ownsFolder;
    private BusClient? _client;

    /// <param name="target">What it starts at first.</param>
    /// <param name="account">"uid": runs as that account instead of ours.</param>
    /// <param name="through">A command that runs it, with less rights for example.</param>
    /// <param name="generators">Runs those in {Folder}/generators.</param>
    /// <param name="prepare">Writes the units; it gets the instance's folder.</param>
    public LiveInstance(Action<string> prepare, string target = "basic.target", uint? account = null, string? folder = null, bool generators = false, string[]? through = null)
    {
        Live.Require();
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("sereno-live-").FullName;
        // Services of other accounts may have to reach what is in it.
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1FF);
        Directory.CreateDirectory(Units);
        prepare(Folder);
        string[] command = ["/bin/sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", OutputPath, Live.Executable!, "init", "--dir", Folder,
            "--unit-path", generators ? $"{Units}:{Folder}/run/generator.early:{Folder}/run/generator:{Folder}/run/generator.late" : Units, "--default", target];
        if (generators)
            command = ["env", $"SYSTEMD_GENERATOR_PATH={Folder}/generators", $"SYSTEMD_ENVIRONMENT_GENERATOR_PATH={Folder}/environment-generators", .. command];
        command = [.. through ?? [], .. command];
        if (account is { } uid)
            command = ["setpriv", $"--reuid={uid}", $"--regid={uid}", "--clear-groups", .. command];
        _process = Command.Start(command[0], command[1..]);
        Account = account;
        try
        {
            Live.Eventually(() => _process.HasExited || (TryConnect() && Manager.ListJobs().Count == 0), () => $"ready; said:\n{Said}", 60);
            Assert.False(_process.HasExited, $"sereno init ended with {(_process.HasExited ? _process.ExitCode : 0)}:\n{Said}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Folder { get; }
    public string Units => $"{Folder}/units";
    public string OutputPath => $"{Folder}/output";
    public uint? Account { get; }

    /// <summary>What init printed.</summary>
    public string Said => File.Exists(OutputPath) ? File.ReadAllText(OutputPath) : "";

    /// <summary>The keeper.</summary>
    public int Pid => _process.Id;

    /// <summary>0 while it doesn't run.</summary>
    public int ManagerPid => Role("manager-role");

    public int JournalPid => Role("journal-role");

    /// <summary>Connected anew when the manager was another one.</summary>
    public ManagerProxy Manager => new(_client ??= BusClient.Connect($"{Folder}/run/private"));

    public Outcome Run(params IEnumerable<string> arguments) => Command.Run(Live.Executable!, ["--dir", Folder, "--unit-path", Units, .. arguments]);

    /// <summary>Runs a verb that has to succeed.</summary>
    public Outcome Do(params IEnumerable<string> arguments)
    {
        var outcome = Run(arguments);
        if (outcome.Status != 0)
            Assert.Fail($"sereno {string.Join(' ', arguments)}: {outcome}\ninit said:\n{Said}");
        return outcome;
    }

    /// <summary>ActiveState, SubState, Result and main pid; survives a manager that is killed under it.</summary>
    public (string Active, string Sub, string Result, int Main) State(string unit)
    {
        for (int attempt = 0; ; attempt++)
            try
            {
                var p = Manager.Unit(unit).GetAll();
                return (p.Text("ActiveState"), p.Text("SubState"), p.Text("Result"), (int)p.Number("MainPID"));
            }
            catch (Exception e) when (e is BusException or LinuxException && attempt < 3)
            {
                Disconnect();
            }
    }

    public void Disconnect()
    {
        _client?.Dispose();
        _client = null;
    }

    public void Expect(string unit, string active, string? sub = null, string? result = null, double seconds = 20)
    {
        (string Active, string Sub, string Result, int) now = default;
        if (!Live.Within(seconds, () => (now = State(unit)).Active == active && now.Sub == (sub ?? now.Sub) && now.Result == (result ?? now.Result)))
            Assert.Fail($"{unit} is {now.Active} {now.Sub} {now.Result} instead of {active} {sub} {result}; init said:\n{Said}");
    }

    /// <summary>Ends it in order and waits.</summary>
    public int Exit()
    {
        Disconnect();
        if (!_process.HasExited)
        {
            Run("exit");
            Assert.True(_process.WaitForExit(30_000), $"sereno exit took no effect; said:\n{Said}");
        }
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Disconnect();
        try
        {
            if (!_process.HasExited)
            {
                Command.Start("/bin/kill", $"{_process.Id}").WaitForExit();
                _process.WaitForExit(20_000);
            }
        }
        finally
        {
            if (!_process.HasExited)
                foreach (int pid in (List<int>)[.. ProcessTable.Take().Descendants(_process.Id), _process.Id])
                    Proc.Kill(pid);
            _process.WaitForExit(5000);
            _process.Dispose();
            if (Cgroup.Writable(out _) is { } own)
                own.Create("sereno-" + Sereno.Units.Model.UnitName.Escape(Folder.Trim('/'))).Remove();
            if (_ownsFolder)
                Directory.Delete(Folder, recursive: true);
        }
    }

    private bool TryConnect()
    {
        try
        {
            _ = Manager.GetDefaultTarget();
            return true;
        }
        catch (Exception e) when (e is LinuxException or BusException)
        {
            Disconnect();
            return false;
        }
    }

    private int Role(string name) => ProcessTable.Take().Children(Pid).FirstOrDefault(p => Proc.CommandLine(p).StartsWith($"sereno {name}", StringComparison.Ordinal));
}
