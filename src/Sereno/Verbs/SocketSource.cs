using System.CommandLine;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Namespaces;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>Where the verbs get their sockets from: this network namespace, or those that --netns names.</summary>
internal static class SocketSource
{
    public static Option<string?> Netns()
    {
        var option = Help.Option<string?>("--netns", "netns");
        option.HelpName = "all|NAME|PID";
        return option;
    }

    /// <summary>One place for each namespace that could be looked into; those that couldn't are told on standard error.
    /// Empty when there is none, which has been said too.</summary>
    public static IReadOnlyList<PlacedSockets> Capture(SocketQuery query, IUnitResolver units, string? netns) => Capture(query, units, netns, place => place);

    /// <param name="judge">Runs in the place's namespace, with what was read of it.</param>
    public static IReadOnlyList<T> Capture<T>(SocketQuery query, IUnitResolver units, string? netns, Func<PlacedSockets, T> judge)
    {
        if (netns is null)
            return [judge(new(null, SocketTable.Capture(query, units).WithBoundInactive(), NetworkFactsReader.Read()))];
        var list = NetworkNamespaces.List(units);
        var chosen = list.Select(netns);
        var text = Text.Current.Sockets;
        if (list.MayHide)
            StandardStreams.Errors.WriteLine(text.HiddenNamespaces(list.HiddenProcesses, SocketNotes.MayTrace));
        if (chosen.Count == 0)
            StandardStreams.Errors.WriteLine(Printable.Of($"sereno: {text.NoNamespace(netns)}"));
        var places = new List<T>();
        foreach (var captured in NetworkNamespaces.Capture(chosen, query, units))
            try
            {
                if (captured.Table is { } table)
                    places.Add(NetworkNamespaces.Run(captured.Namespace, () => judge(new(captured.Namespace.Name, table.WithBoundInactive(), captured.Network) { Ports = captured.Ports })));
                else
                    WriteFailure(captured, silent: netns == "all");
            }
            catch (LinuxException e) when (e.Number == libc.ENOENT) // it ended since it was looked into
            {
                WriteFailure(captured with { Failure = e }, silent: netns == "all");
            }
        return places;
    }

    /// <param name="silent">Nobody has asked for it by name: that it has ended meanwhile is of no interest.</param>
    public static void WriteFailure(NamespaceSockets sockets, bool silent)
    {
        var (space, _, failure) = sockets;
        if (failure is not null && !(silent && failure.Number == libc.ENOENT))
            StandardStreams.Errors.WriteLine(Printable.Of($"sereno: {(failure.Number is libc.EPERM or libc.EACCES ? Text.Current.Sockets.ForbiddenNamespace(space.Name) : failure.Message)}"));
    }
}
