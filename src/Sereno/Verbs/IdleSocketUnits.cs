using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>Socket units that are meant for a port and don't listen: why nobody answers there.</summary>
internal static class IdleSocketUnits
{
    /// <returns>Those that the manager has loaded; none where no manager answers us.</returns>
    public static IReadOnlyList<IdleSocketUnit> At(PortQuestion question, ParseResult result)
    {
        try
        {
            using var client = GlobalOptions.ConnectIfRunning(result);
            return client is null ? [] : At(question, new ManagerProxy(client));
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            return []; // another account's
        }
    }

    private static IReadOnlyList<IdleSocketUnit> At(PortQuestion question, ManagerProxy manager)
    {
        string kind = (question.Transport == Transport.Udp ? ListenerKind.Datagram : ListenerKind.Stream).ToString();
        return [.. from unit in manager.ListUnitsByPatterns([], ["*.socket"])
                   where unit.ActiveState is "inactive" or "failed"
                   from listen in manager.Unit(unit.Id).Get("Listen", "org.freedesktop.systemd1.Socket").Items
                   where (string)listen.Items[0].Scalar! == kind && IsAt((string)listen.Items[1].Scalar!, question)
                   select new IdleSocketUnit(unit.Id, unit.ActiveState, (string)listen.Items[1].Scalar!)];
    }

    private static bool IsAt(string address, PortQuestion question) =>
        ListenAddress.Read(address, out var read) == ParseError.None && read is InternetAddress internet && internet.Port == question.Port;
}
