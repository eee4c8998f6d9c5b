using Sereno.Units.Install;
using Sereno.Units.Load;

namespace Sereno.Verbs.Install;

/// <summary>What a person typed behind enable or one of its kin.</summary>
public sealed record InstallArguments(string Verb, IReadOnlyList<string> Names)
{
    /// <summary>Of add-wants, add-requires and set-default.</summary>
    public string? Target { get; init; }
    public bool Runtime { get; init; }
    public bool Force { get; init; }
    public bool Quiet { get; init; }
    public bool Full { get; init; }
    public bool NoLegend { get; init; }
    /// <summary>Answers as JSON, of those that answer.</summary>
    public bool Json { get; init; }
    public PresetMode PresetMode { get; init; }
    public IReadOnlyList<string> States { get; init; } = [];
    public IReadOnlyList<string> Types { get; init; } = [];

    public InstallFlags Flags => (Runtime ? InstallFlags.Runtime : 0) | (Force ? InstallFlags.Force : 0);

    /// <summary>What messages call the verb.</summary>
    public string Words => Verb switch
    {
        "preset-all" => "preset",
        "add-wants" or "add-requires" => "add dependency on",
        "set-default" => "set default",
        _ => Verb,
    };

    /// <summary>A preset of all there is, or an empty list, asks for nothing in particular.</summary>
    public bool SaysWhenNothingToInstall => Verb is "enable" or "reenable" && !Quiet;
}

/// <summary>Where unit files are worked on, and what their specifiers stand for.</summary>
public sealed record InstallPlace(UnitPaths Paths, SpecifierContext Specifiers)
{
    /// <summary>--root= or --global.</summary>
    /// <exception cref="InstallPlaceException">There is no such folder.</exception>
    public static InstallPlace Below(string? root, bool global)
    {
        root = root is null ? null : Path.GetFullPath(root).TrimEnd('/');
        if (root is { Length: > 0 } && !Directory.Exists(root))
            throw new InstallPlaceException(root, File.Exists(root) ? InstallError.ENOTDIR : InstallError.ENOENT);
        string? unitPath = Environment.GetEnvironmentVariable("SYSTEMD_UNIT_PATH");
        return new(global ? UnitPaths.Global(unitPath, root) : UnitPaths.System(unitPath, root), HostFacts.Read(root: root is "" ? null : root));
    }
}

public sealed class InstallPlaceException(string root, InstallError error) : Exception
{
    public string Root => root;
    public InstallError Error => error;
}
