using Sereno.Sockets;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Scope;

namespace Sereno.Tests.Sockets;

/// <summary>The program of docs/sockets.md, line by line, so that it compiles: public members alone.</summary>
internal static class LibrarySample
{
    public static void Run()
    {
        var table = SocketTable.Capture(units: new CgroupUnitResolver());
        foreach (var port in ListeningPorts.In(table, NetworkFactsReader.Read()))
            if (port.Scope == AddressScope.Internet)
                Console.WriteLine($"{port.Socket.Local} {port.Port} {port.Service} {port.Owner.Unit}");
    }
}
