using System.Collections.Immutable;
using Sereno.Units.Values;

namespace Sereno.Units.Load;

/// <summary>Where unit files are looked for, first wins (systemd.unit(5), "Unit File Load Path"), and which folders play a part in enabling.</summary>
public sealed record UnitPaths
{
    /// <summary>Highest precedence first; with <see cref="Root"/> in front.</summary>
    public required ImmutableArray<string> Search { get; init; }

    /// <summary>Where <c>enable</c> and <c>mask</c> write, and where they do with <c>--runtime</c>.</summary>
    public required string PersistentConfig { get; init; }
    public string? RuntimeConfig { get; init; }

    public string? PersistentControl { get; init; }
    public string? RuntimeControl { get; init; }
    public string? Transient { get; init; }
    public string? GeneratorEarly { get; init; }
    public string? Generator { get; init; }
    public string? GeneratorLate { get; init; }
    public string? PersistentAttached { get; init; }
    public string? RuntimeAttached { get; init; }
    public bool IsUser { get; init; }

    /// <summary>--global: what all users' instances see, in the machine's folders.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>The other root that <c>--root=</c> names, or null; links inside it are written as seen from within.</summary>
    public string? Root { get; init; }

    /// <summary>
    /// The system's search path. <paramref name="unitPath"/> is SYSTEMD_UNIT_PATH: it replaces the list, or with
    /// an empty last entry comes before it.
    /// </summary>
    public static UnitPaths System(string? unitPath = null, string? root = null)
    {
        var paths = new UnitPaths
        {
            PersistentConfig = "/etc/systemd/system",
            RuntimeConfig = "/run/systemd/system",
            PersistentControl = "/etc/systemd/system.control",
            RuntimeControl = "/run/systemd/system.control",
            Transient = "/run/systemd/transient",
            GeneratorEarly = "/run/systemd/generator.early",
            Generator = "/run/systemd/generator",
            GeneratorLate = "/run/systemd/generator.late",
            PersistentAttached = "/etc/systemd/system.attached",
            RuntimeAttached = "/run/systemd/system.attached",
            Search = [],
        };
        return paths.Complete(unitPath, root,
        [
            paths.PersistentControl, paths.RuntimeControl, paths.Transient, paths.GeneratorEarly, paths.PersistentConfig,
            paths.PersistentAttached, paths.RuntimeConfig, paths.RuntimeAttached, paths.Generator,
            // As Debian orders them: where /lib is a link, its units are still called by it.
            "/usr/local/lib/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system", paths.GeneratorLate,
        ]);
    }

    /// <summary>The search path of <c>--global</c>.</summary>
    public static UnitPaths Global(string? unitPath = null, string? root = null)
    {
        var paths = new UnitPaths { IsGlobal = true, PersistentConfig = "/etc/systemd/user", RuntimeConfig = "/run/systemd/user", Search = [] };
        return paths.Complete(unitPath, root,
        [
            paths.PersistentConfig, paths.RuntimeConfig, "/usr/local/share/systemd/user", "/usr/share/systemd/user",
            "/usr/local/lib/systemd/user", "/usr/lib/systemd/user",
        ]);
    }

    /// <summary>A user's search path; the XDG variables come from <paramref name="variable"/> (by default the environment).</summary>
    public static UnitPaths User(string? unitPath = null, Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        string? Get(string name) => variable(name) is { Length: > 0 } value && Paths.IsAbsolute(value) ? value : null;
        string home = Get("HOME") ?? HostFacts.PasswdHome();
        string config = (Get("XDG_CONFIG_HOME") ?? home + "/.config") + "/systemd";
        string? runtime = Get("XDG_RUNTIME_DIR") is { } run ? run + "/systemd" : null;
        string data = (Get("XDG_DATA_HOME") ?? home + "/.local/share") + "/systemd/user";
        IEnumerable<string> List(string name, string fallback) =>
            (variable(name) is { Length: > 0 } value ? value : fallback).Split(':').Where(Paths.IsAbsolute).Select(p => Paths.Simplify(p) + "/systemd/user");

        var paths = new UnitPaths
        {
            IsUser = true,
            PersistentConfig = config + "/user",
            PersistentControl = config + "/user.control",
            RuntimeConfig = runtime is null ? null : runtime + "/user",
            RuntimeControl = runtime is null ? null : runtime + "/user.control",
            Transient = runtime is null ? null : runtime + "/transient",
            GeneratorEarly = runtime is null ? null : runtime + "/generator.early",
            Generator = runtime is null ? null : runtime + "/generator",
            GeneratorLate = runtime is null ? null : runtime + "/generator.late",
            Search = [],
        };
        return paths.Complete(unitPath, null,
        [
            paths.PersistentControl, paths.RuntimeControl, paths.Transient, paths.GeneratorEarly,
            paths.PersistentConfig, .. List("XDG_CONFIG_DIRS", "/etc/xdg"), "/etc/systemd/user",
            paths.RuntimeConfig, "/run/systemd/user", paths.Generator, data,
            .. List("XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
            "/usr/local/lib/systemd/user", "/usr/local/share/systemd/user", "/usr/lib/systemd/user", "/usr/share/systemd/user", paths.GeneratorLate,
        ]);
    }

    /// <summary>Folders of one instance (<c>--dir</c>), before all others; enabling writes there.</summary>
    public UnitPaths WithInstance(string configDirectory, string runtimeDirectory) => this with
    {
        PersistentConfig = configDirectory,
        RuntimeConfig = runtimeDirectory,
        Search = [.. new[] { configDirectory, runtimeDirectory }.Concat(Search).Distinct()],
    };

    /// <summary>The three folders that generators write to, in the places of the usual ones.</summary>
    public UnitPaths WithGenerators(string normal, string early, string late) => this with
    {
        Search = [.. Search.Select(p => p == Generator ? normal : p == GeneratorEarly ? early : p == GeneratorLate ? late : p)],
        Generator = normal,
        GeneratorEarly = early,
        GeneratorLate = late,
    };

    /// <summary>Without what generators wrote.</summary>
    public UnitPaths WithoutGenerated => this with { Search = [.. Search.Where(folder => !IsGenerator(folder))] };

    /// <summary>Only these folders, the first of which is written to.</summary>
    public static UnitPaths Of(params ReadOnlySpan<string> directories) => new() { PersistentConfig = directories[0], Search = [.. directories] };

    private UnitPaths Complete(string? unitPath, string? root, IEnumerable<string?> usual)
    {
        var search = new List<string>();
        if (unitPath is not null)
            search.AddRange(unitPath.Split(':').Where(p => p.Length > 0).Select(p => Paths.Simplify(Path.GetFullPath(p))));
        if (unitPath is null || unitPath.EndsWith(':'))
            search.AddRange(usual.OfType<string>());
        string? prefix = root is null or "/" or "" ? null : Paths.Simplify(root);
        string? Under(string? path) => path is null || prefix is null ? path : prefix + path;
        return this with
        {
            Root = prefix,
            Search = [.. search.Select(p => Under(p)!).Distinct()],
            PersistentConfig = Under(PersistentConfig)!,
            RuntimeConfig = Under(RuntimeConfig),
            PersistentControl = Under(PersistentControl),
            RuntimeControl = Under(RuntimeControl),
            Transient = Under(Transient),
            GeneratorEarly = Under(GeneratorEarly),
            Generator = Under(Generator),
            GeneratorLate = Under(GeneratorLate),
            PersistentAttached = Under(PersistentAttached),
            RuntimeAttached = Under(RuntimeAttached),
        };
    }

    /// <summary>Everything below /run, and what else does not outlive a boot.</summary>
    internal bool IsRuntime(string directory) =>
        Paths.Below(Root is null ? directory : "/" + Paths.Below(directory, Root), "/run") is not null
        || directory == RuntimeConfig || directory == Transient || directory == RuntimeControl || IsGenerator(directory);

    internal bool IsGenerator(string directory) => directory == Generator || directory == GeneratorEarly || directory == GeneratorLate;
}
