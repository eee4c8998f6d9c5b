using Sereno.Keeper;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager;
using Sereno.Manager.Machine;
using Sereno.Manager.Spawn;
using Sereno.Units.Values;

namespace Sereno.Roles;

/// <summary>Network and IPC namespaces that several processes are to have: made here, held by the keeper, joined by each child.</summary>
public sealed partial class ManagerHost
{
    private const string NamespacePrefix = "namespace-";
    private readonly Dictionary<string, Fd> _namespaces = [];

    /// <summary>The descriptors that a plan joins, and which of them is which kind.</summary>
    private Dictionary<NamespaceKinds, int> AddSharedNamespaces(SpawnProcess request, List<Fd> fds)
    {
        var indices = new Dictionary<NamespaceKinds, int>();
        foreach (var step in request.Plan.Steps.OfType<JoinShared>())
            if (SharedNamespace(request, step) is { } fd)
            {
                indices[step.Kind] = fds.Count;
                fds.Add(fd);
            }
        return indices;
    }

    private Fd? SharedNamespace(SpawnProcess request, JoinShared step)
    {
        string name = NameOf(step.Kind, step.Owner);
        if (_namespaces.TryGetValue(name, out var known))
            return known;
        try
        {
            var fd = Namespace.Create(PlanEncoder.FlagOf(step.Kind));
            _keeper.Hold(name, [fd]);
            return _namespaces[name] = fd;
        }
        catch (LinuxException e) when (e.Number is libc.EPERM or libc.EACCES or libc.EINVAL)
        {
            string directive = step.Kind == NamespaceKinds.Network ? "PrivateNetwork=yes is configured, but network" : "PrivateIPC=yes is configured, but IPC";
            Log(request.Unit, LogLevel.Warning, $"{request.Unit}: {directive} namespace setup failed, ignoring: {Errno.Text(e.Number)}");
            return null;
        }
    }

    private void DropNamespaces(string owner)
    {
        foreach (var kind in (NamespaceKinds[])[NamespaceKinds.Network, NamespaceKinds.Ipc])
            if (_namespaces.Remove(NameOf(kind, owner), out var fd))
            {
                _keeper.Drop(NameOf(kind, owner));
                fd.Dispose();
            }
    }

    /// <summary>What an earlier manager made.</summary>
    private void TakeNamespaces(IEnumerable<HeldDescriptors> held)
    {
        foreach (var descriptors in held.Where(h => h.Name.StartsWith(NamespacePrefix, StringComparison.Ordinal)))
            _namespaces[descriptors.Name] = descriptors.Fds[0];
    }

    /// <summary>The stage names the directive; which path it was, only the plan knows.</summary>
    private void ExplainMountFailure(SpawnProcess request, SpawnFailed failed)
    {
        var steps = request.Plan.Steps.Where(s => s is not JoinShared).ToList(); // those are there or not: they come before all mounts
        int index = failed.Operation - request.Plan.Steps.Count(s => s is JoinShared j && _namespaces.ContainsKey(NameOf(j.Kind, j.Owner)));
        string? path = index < 0 || index >= steps.Count ? null : steps[index] switch
        {
            MakeMount s => s.Path,
            ChangeMount s => s.Path,
            _ => null,
        };
        if (path is null || steps.OfType<NewMountNamespace>().FirstOrDefault() is not { } root)
            return;
        string inner = root.HasOwnRoot ? path : "/" + Paths.Below(path, root.Root);
        Log(request.Unit, LogLevel.Error, $"{request.Unit}: Failed to set up mount namespacing: {inner}: {Errno.Text(failed.Errno)}");
    }

    /// <summary>A held name has 255 bytes, as many as a unit's: the end of it, which says the type, can go.</summary>
    private static string NameOf(NamespaceKinds kind, string owner)
    {
        string name = $"{NamespacePrefix}{(kind == NamespaceKinds.Network ? "net" : "ipc")}-{owner}";
        return name.Length <= 255 ? name : name[..255];
    }

    /// <summary>Tried, not deduced: containers refuse by capability, filter, or both. Network and UTS namespaces need the same right.</summary>
    private static NamespaceKinds RefusedNamespaces()
    {
        var refused = NamespaceKinds.None;
        if (Namespace.IsRefused(libc.CLONE_NEWNS))
            refused |= NamespaceKinds.Mount;
        if (Namespace.IsRefused(libc.CLONE_NEWUTS))
            refused |= NamespaceKinds.Uts | NamespaceKinds.Network;
        if (Namespace.IsRefused(libc.CLONE_NEWIPC))
            refused |= NamespaceKinds.Ipc;
        return refused;
    }
}
