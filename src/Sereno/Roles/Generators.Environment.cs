using System.Collections.Immutable;
using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager.Spawn;
using Sereno.Units.Load;
using Sereno.Units.Text;

namespace Sereno.Roles;

/// <summary>
/// Programs that write variables for all services (systemd.environment-generator(7)): one after the other, each with what those
/// before it have said, and before the generators of units.
/// </summary>
internal sealed partial class Generators
{
    /// <summary>What they write is little; more is somebody's mistake.</summary>
    private const int MostOutput = 1 << 20;

    private readonly Queue<string> _next = new();
    private Fd? _output;
    private bool _isGathering;

    /// <summary>The variables of the last run.</summary>
    public ImmutableDictionary<string, string> Gathered { get; private set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>As the manager before had them.</summary>
    public void TakeGathered(Fd held)
    {
        using (held)
            Gathered = Parse(held);
    }

    private void GatherEnvironment()
    {
        Gathered = Gathered.Clear();
        _next.Clear();
        foreach (string path in GeneratorFiles.Find(GeneratorFiles.EnvironmentFolders(!instance.IsRoot, Environment.GetEnvironmentVariable("SYSTEMD_ENVIRONMENT_GENERATOR_PATH"))))
            _next.Enqueue(path);
        _isGathering = true;
        GatherNext();
    }

    private void GatherNext()
    {
        while (!IsRunning && !_killed && _next.TryDequeue(out string? path))
            SpawnForEnvironment(path);
        if (IsRunning)
            return;
        _isGathering = false;
        Hold();
        StartUnits();
    }

    private void SpawnForEnvironment(string path)
    {
        try
        {
            _output?.Dispose();
            _output = Memfd.Create("environment");
            byte[] plan = new PlanWriter().SetSid().Open(ExitStage.Stdin, 0, libc.O_RDONLY, "/dev/null").Dup(ExitStage.Stdout, 0, 1).Dup(ExitStage.Stderr, 1, 2)
                .Umask(ExitStage.Exec, 0x12 /* 0022 */).Chdir(ExitStage.Chdir, "/").CloseFrom(ExitStage.Fds, 3)
                .Exec(ExitStage.Exec, RawText.Encode(path), [RawText.Encode(path)], [.. Variables().Select(RawText.Encode)]).ToArray();
            ulong id = _nextId++;
            keeper.Spawn(id, "generator"u8, plan, null, [_output], new Journal.StreamMetadata("", Path.GetFileName(path)).Encode());
            _starting[id] = path;
        }
        catch (LinuxException e)
        {
            warn($"{path}: {e.Message}");
        }
    }

    /// <summary>Of one that ended well.</summary>
    private void TakeOutput()
    {
        if (_isGathering && _output is not null)
            Gathered = Gathered.SetItems(Parse(_output));
    }

    private static ImmutableDictionary<string, string> Parse(Fd file)
    {
        byte[] text = Memfd.ReadAll(file);
        return text.Length > MostOutput ? ImmutableDictionary<string, string>.Empty
            : EnvironmentText.Parse(Encoding.UTF8.GetString(text)).GroupBy(v => v.Name).ToImmutableDictionary(v => v.Key, v => v.Last().Value);
    }

    /// <summary>A manager that takes over doesn't run them again.</summary>
    private void Hold()
    {
        _output?.Dispose();
        _output = null;
        using var memory = Memfd.Create("environment");
        memory.WriteAll(Encoding.UTF8.GetBytes(string.Concat(Gathered.Select(v => $"{v.Key}='{v.Value.Replace("'", "'\\''", StringComparison.Ordinal)}'\n"))));
        keeper.Hold(HeldName, [memory]);
    }

    public const string HeldName = "environment";
}
