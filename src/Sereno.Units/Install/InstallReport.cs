using System.Collections.Immutable;

namespace Sereno.Units.Install;

/// <summary>Options of enable and its kin, as the bus calls take them.</summary>
[Flags]
public enum InstallFlags
{
    None = 0, Runtime = 1, Force = 2,

    /// <summary>Into the folders of attached portable services.</summary>
    Portable = 4,

    /// <summary>Only find out what there would be to remove.</summary>
    DryRun = 8,

    /// <summary>Of a preset: a template that nobody instantiates is no failure.</summary>
    LenientTemplates = 16,
}

/// <summary>--preset-mode=.</summary>
public enum PresetMode { Full, EnableOnly, DisableOnly }

public enum InstallChangeKind
{
    Symlink, Unlink, Masked, MaskedByGenerator, Dangling, DestinationMissing, AuxiliaryFailed,

    /// <summary>Not done, for <see cref="InstallChange.Error"/>.</summary>
    Failure,
}

/// <summary>One thing that was done, noticed, or failed; what Path and Source mean depends on the kind.</summary>
public readonly record struct InstallChange(InstallChangeKind Kind, string Path, string? Source = null, InstallError Error = InstallError.None)
{
    private static readonly string[] s_types =
        ["symlink", "unlink", "masked", "masked by generator", "dangling", "destination not present", "auxiliary unit failed"];

    /// <summary>The first field of EnableUnitFiles' <c>a(sss)</c>; null for a failure.</summary>
    public string? BusType => Kind == InstallChangeKind.Failure ? null : s_types[(int)Kind];

    public static InstallChangeKind KindOf(string busType) => (InstallChangeKind)Math.Max(0, Array.IndexOf(s_types, busType));
}

/// <summary>What a request came to: everything until it failed has been done.</summary>
/// <param name="Count">How many links the units' [Install] sections ask for; 0 means they have none.</param>
/// <param name="Error">Why the request as a whole failed; the changes say more, or nothing.</param>
public sealed record InstallReport(ImmutableArray<InstallChange> Changes, int Count, InstallError Error)
{
    public bool CarriesInstallInfo => Count != 0;
}

/// <summary>A report in the making. Results are counted as systemd counts: links, or a negative errno.</summary>
internal sealed class Changes
{
    private readonly List<InstallChange> _list = [];

    public void Add(InstallChangeKind kind, string path, string? source = null) => _list.Add(new(kind, Simple(path), source is null ? null : Simple(source)));

    public int Fail(InstallError error, string path, string? source = null)
    {
        _list.Add(new(InstallChangeKind.Failure, Simple(path), source is null ? null : Simple(source), error));
        return -(int)error;
    }

    private static string Simple(string path) => Values.Paths.Simplify(path);

    public InstallReport Report(int result) => new([.. _list], Math.Max(result, 0), (InstallError)Math.Max(-result, 0));
}
