using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>The lists of a <see cref="ResourceControl"/> in the making.</summary>
internal sealed class ResourceLists
{
    public List<AddressPrefix> Allow { get; } = [];
    public List<AddressPrefix> Deny { get; } = [];
    public List<SocketBindRule> BindAllow { get; } = [];
    public List<SocketBindRule> BindDeny { get; } = [];
    public List<string> Interfaces { get; } = [];
    public bool InterfacesAreDenied { get; set; }
    public List<string> Ingress { get; } = [];
    public List<string> Egress { get; } = [];
    public List<ForeignProgram> Programs { get; } = [];
    public List<DeviceRule> Devices { get; } = [];

    /// <summary>Null where nothing was said at all.</summary>
    public ResourceControl? AddTo(ResourceControl? control)
    {
        if (Devices.Count > 0)
            control = (control ??= new()) with { Devices = (control.Devices ?? new()) with { Allow = [.. Devices] } };
        if (Allow.Count + Deny.Count + BindAllow.Count + BindDeny.Count + Interfaces.Count + Ingress.Count + Egress.Count + Programs.Count > 0)
            control = (control ??= new()) with
            {
                Network = (control.Network ?? new()) with
                {
                    Allow = [.. Allow.Distinct()],
                    Deny = [.. Deny.Distinct()],
                    BindAllow = [.. BindAllow],
                    BindDeny = [.. BindDeny],
                    Interfaces = [.. Interfaces],
                    InterfacesAreDenied = InterfacesAreDenied,
                    IngressFilters = [.. Ingress],
                    EgressFilters = [.. Egress],
                    Programs = [.. Programs],
                },
            };
        return control;
    }
}
