using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Manager.Units;
using Sereno.Units.Install;

namespace Sereno.Roles;

/// <summary>Unit files and the links that enable them.</summary>
public sealed partial class ManagerApi
{
    private Installer Installer => new(files.Paths, files.Context);

    public IEnumerable<UnitFile> UnitFiles => Installer.List().Select(f => new UnitFile(f.Path, f.State.Name()));

    public string UnitFileState(string file) => Installer.StateOf(file) is { } state
        ? state.Name()
        : throw new BusException(BusErrors.FileNotFound, "No such file or directory");

    public void Install(InstallRequest request, Reply<Bus.Server.Systemd1.InstallResult> reply)
    {
        var plan = request.Verb switch
        {
            InstallVerb.Enable => Installer.Enable(request.Files, request.Runtime, request.Force),
            InstallVerb.Disable => Installer.Disable(request.Files, request.Runtime),
            InstallVerb.Mask => Installer.Mask(request.Files, request.Runtime, request.Force),
            InstallVerb.Unmask => Installer.Unmask(request.Files, request.Runtime),
            InstallVerb.Reenable or InstallVerb.Link or InstallVerb.Preset or InstallVerb.Revert or InstallVerb.SetDefault =>
                throw new BusException(BusErrors.NotSupported, $"{request.Verb.ToString().ToLowerInvariant()} is not supported yet."),
        };
        if (plan.Error is { } error)
            throw new BusException(error.EndsWith("does not exist.", StringComparison.Ordinal) ? BusErrors.NoSuchUnit : BusErrors.Failed, error);
        try
        {
            Installer.Apply(plan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BusException(e is UnauthorizedAccessException ? BusErrors.AccessDenied : BusErrors.Failed, e.Message);
        }
        files.Rescan();
        filesChanged();
        reply.Succeed(new(plan.CarriesInstallInfo, [.. plan.Changes.Select(c => new Bus.InstallChange(c.Type, c.Path, c.Source))]));
    }

    private string UnitFileStateOrEmpty(Unit unit) => unit.Definition.FragmentPath is null ? "" : Installer.StateOf(unit.Name.Full)?.Name() ?? "";
}
