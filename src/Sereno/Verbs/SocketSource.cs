using System.CommandLine;
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
    public static IReadOnlyList<PlacedSockets> Capture(SocketQuery query, IUnitResolver units, string? netns)
    {
        if (netns is null)
            return [new(null, SocketTable.Capture(query, units).WithBoundInactive(), NetworkFactsReader.Read())];
        var list = NetworkNamespaces.List(units);
        var chosen = list.Select(netns);
        var text = Text.Current.Sockets;
        if (list.MayHide)
            StandardStreams.Errors.WriteLine(text.HiddenNamespaces(list.HiddenProcesses, SocketNotes.MayTrace));
        if (chosen.Count == 0)
            StandardStreams.Errors.WriteLine(Printable.Of($"sereno: {text.NoNamespace(netns)}"));
        var places = new List<PlacedSockets>();
        foreach (var (space, table, failure) in NetworkNamespaces.Capture(chosen, query, units))
            if (table is not null)
                places.Add(new(space.Name, table.WithBoundInactive(), NetworkNamespaces.Run(space, NetworkFactsReader.Read)));
            else if (failure is not null)
                StandardStreams.Errors.WriteLine(Printable.Of($"sereno: {(failure.Number is libc.EPERM or libc.EACCES ? text.ForbiddenNamespace(space.Name) : failure.Message)}"));
        return places;
    }
}
