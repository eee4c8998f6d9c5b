using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Manager.Units;
namespace Sereno.Roles;
public sealed partial class ManagerApi
{
    public IEnumerable<UnitFile> UnitFiles => [];
    public string UnitFileState(string file) => "";
    public void Install(InstallRequest request, Reply<InstallResult> reply) => filesChanged();
    private string UnitFileStateOrEmpty(Unit unit) => "";
}
