using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Manager.Units;
using Sereno.Units.Install;

namespace Sereno.Roles;

/// <summary>Unit files and the links that enable them.</summary>
public sealed partial class ManagerApi
{
    private readonly LinkMemory _links = new();

    private Installer Installer => new(files.Paths, files.Context, memory: _links);

    public IEnumerable<UnitFile> UnitFiles => Installer.List().Select(f => new UnitFile(f.Path, f.State.Name()));

    public string UnitFileState(string file) => Installer.StateOf(file, out var state) switch
    {
        InstallError.None => state.Name(),
        InstallError.ENOENT => throw new BusException(BusErrors.FileNotFound, "No such file or directory"),
        InstallError.EINVAL => throw new BusException(BusErrors.InvalidArgs, "Invalid argument"),
        var error => throw new BusException(BusErrors.Failed, error.Words()),
    };

    public IReadOnlyList<string> UnitFileLinks(string unit, bool runtime) =>
        [.. Installer.Disable([unit], InstallFlags.DryRun | (runtime ? InstallFlags.Runtime : 0)).Changes.Where(c => c.Kind == InstallChangeKind.Unlink).Select(c => c.Path)];

    public void Install(InstallRequest request, Reply<Bus.Server.Systemd1.InstallResult> reply)
    {
        var flags = (request.Runtime ? InstallFlags.Runtime : 0) | (request.Force ? InstallFlags.Force : 0) | (request.Portable ? InstallFlags.Portable : 0);
        var (names, installer) = (request.Files, Installer);
        var report = request.Verb switch
        {
            InstallVerb.Enable => installer.Enable(names, flags),
            InstallVerb.Disable => installer.Disable(names, flags),
            InstallVerb.Reenable => installer.Reenable(names, flags),
            InstallVerb.Link => installer.Link(names, flags),
            InstallVerb.Mask => installer.Mask(names, flags),
            InstallVerb.Unmask => installer.Unmask(names, flags),
            InstallVerb.Preset => installer.Preset(names, ModeOf(request.PresetMode), flags),
            InstallVerb.PresetAll => installer.PresetAll(ModeOf(request.PresetMode), flags),
            InstallVerb.Revert => installer.Revert(names),
            InstallVerb.SetDefault => installer.SetDefault(names[0], flags),
            InstallVerb.AddWants or InstallVerb.AddRequires => installer.AddDependency(names, request.Target!, request.Verb == InstallVerb.AddRequires, flags),
        };
        if (report.Changes.Any(c => c.Kind is InstallChangeKind.Symlink or InstallChangeKind.Unlink))
        {
            files.Rescan();
            filesChanged();
        }
        // A failure beside something that was done is not the call's.
        bool good = report.Changes.Any(c => c.Kind != InstallChangeKind.Failure), bad = report.Changes.Any(c => c.Kind == InstallChangeKind.Failure);
        if (report.Error != InstallError.None || (bad && !good))
            throw Refusal(report);
        reply.Succeed(new(report.CarriesInstallInfo, [.. report.Changes.Where(c => c.BusType is not null).Select(c => new Bus.InstallChange(c.BusType!, c.Path, c.Source ?? ""))]));
    }

    /// <summary>The first failure, under the name and in the words of systemd's manager.</summary>
    private static BusException Refusal(InstallReport report)
    {
        var failure = report.Changes.FirstOrDefault(c => c.Kind == InstallChangeKind.Failure);
        if (failure.Error == InstallError.None)
            return new(report.Error == InstallError.EINVAL ? BusErrors.InvalidArgs : BusErrors.Failed, report.Error.Words());
        var (path, source) = (failure.Path, failure.Source);
        return failure.Error switch
        {
            InstallError.EEXIST when source is not null => new(BusErrors.UnitExists, $"File {path} already exists and is a symlink to {source}."),
            InstallError.EEXIST => new(BusErrors.UnitExists, $"File {path} already exists."),
            InstallError.ERFKILL => new(BusErrors.UnitMasked, $"Unit file {path} is masked."),
            InstallError.EADDRNOTAVAIL => new(BusErrors.UnitGenerated, $"Unit {path} is transient or generated."),
            InstallError.ETXTBSY => new(BusErrors.UnitBadPath, $"File {path} is under the systemd unit hierarchy already."),
            InstallError.EBADSLT => new(BusErrors.BadUnitSetting, $"Invalid specifier in {path}."),
            InstallError.EIDRM => new(BusErrors.BadUnitSetting, $"Destination unit {path} is a non-template unit."),
            InstallError.EUCLEAN => new(BusErrors.BadUnitSetting, $"\"{path}\" is not a valid unit name."),
            InstallError.ELOOP => new(BusErrors.UnitLinked, $"Refusing to operate on alias name or linked unit file: {path}"),
            InstallError.EXDEV when source is not null => new(BusErrors.BadUnitSetting, $"Cannot alias {source} as {path}."),
            InstallError.EXDEV => new(BusErrors.BadUnitSetting, $"Invalid unit reference {path}."),
            InstallError.ENOENT => new(BusErrors.NoSuchUnit, $"Unit file {path} does not exist."),
            InstallError.EUNATCH => new(BusErrors.BadUnitSetting, $"Cannot resolve specifiers in {path}."),
            InstallError.EACCES or InstallError.EPERM => new(BusErrors.AccessDenied, $"File {path}: {failure.Error.Words()}"),
            var error => new(BusErrors.Failed, $"File {path}: {error.Words()}"),
        };
    }

    private static PresetMode ModeOf(string mode) => mode switch
    {
        "full" or "" => PresetMode.Full,
        "enable-only" => PresetMode.EnableOnly,
        "disable-only" => PresetMode.DisableOnly,
        _ => throw new BusException(BusErrors.InvalidArgs, "Invalid argument"),
    };

    private string UnitFileStateOrEmpty(Unit unit) => unit.Definition.FragmentPath is null ? "" : Installer.StateOf(unit.Name.Full)?.Name() ?? "";
}
