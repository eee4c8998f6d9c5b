namespace Sereno.Bus.Server;

/// <summary>One interface of an object, and the target its table works on.</summary>
public sealed record Binding(BusInterface Table, object Target);

/// <summary>Which objects there are. A path without interfaces of its own may still have children.</summary>
public interface IObjectTree
{
    /// <summary>The interfaces at a path; null where there is no object.</summary>
    IReadOnlyList<Binding>? Find(string path);

    /// <summary>The path that a caller means by one that depends on who he is.</summary>
    string Resolve(string path, Sereno.Linux.PeerCredentials caller) => path;

    /// <summary>The names one level below a path.</summary>
    IEnumerable<string> Children(string path);
}
