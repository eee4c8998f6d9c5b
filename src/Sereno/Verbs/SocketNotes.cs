using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>What a reader of a listing should know besides, on standard error.</summary>
internal static class SocketNotes
{
    /// <summary>Nothing that we lack keeps us from looking into every process.</summary>
    public static bool MayTrace => Self.HasCapability(libc.CAP_SYS_PTRACE);

    /// <param name="shown">Kinds of the owners of the rows.</param>
    /// <param name="ephemeral">Given when one of the rows has a port in the kernel's range.</param>
    public static void Write(IReadOnlyList<PlacedSockets> places, IEnumerable<OwnerKind> shown, LinuxPorts? ephemeral = null)
    {
        var text = Text.Current.Sockets;
        if (ephemeral is not null)
            StandardStreams.Errors.WriteLine(text.EphemeralNote(ephemeral.Ephemeral));
        if (shown.Contains(OwnerKind.Hidden))
            StandardStreams.Errors.WriteLine(text.HiddenNote(places[0].Table.Owners.HiddenProcesses, MayTrace));
        if (places.Any(p => p.Table.Inconsistent))
            StandardStreams.Errors.WriteLine(text.InconsistentNote);
    }
}
