using System.Net;
using System.Net.Sockets;

namespace Sereno.Tests.Sockets;

internal enum Specimen
{
    Listen4, Listen4Any, Listen6, Listen6Any, Listen6Only, Established4, Established6, EstablishedMapped, TimeWait, HalfClosed,
    SynSent, DataWaiting, Udp4, Udp6, Udp4Connected, UdpMapped, UdpOnLoopbackDevice,
}

/// <summary>Sockets of every kind, held open until disposed.</summary>
internal sealed class SocketZoo : IDisposable
{
    private readonly List<Socket> _held = [];

    public void Add(Specimen specimen)
    {
        switch (specimen)
        {
            case Specimen.Listen4: Listen(IPAddress.Loopback); break;
            case Specimen.Listen4Any: Listen(IPAddress.Any); break;
            case Specimen.Listen6: Listen(IPAddress.IPv6Loopback); break;
            case Specimen.Listen6Any: Listen(IPAddress.IPv6Any, dualMode: true); break;
            case Specimen.Listen6Only: Listen(IPAddress.IPv6Any); break;
            case Specimen.Established4: Connect(Listen(IPAddress.Any), IPAddress.Loopback); break;
            case Specimen.Established6: Connect(Listen(IPAddress.IPv6Loopback), IPAddress.IPv6Loopback); break;
            case Specimen.EstablishedMapped: Connect(Listen(IPAddress.IPv6Any, dualMode: true), IPAddress.Loopback); break;
            case Specimen.TimeWait: AddTimeWait(); break;
            case Specimen.HalfClosed: Connect(Listen(IPAddress.Loopback), IPAddress.Loopback).Client.Shutdown(SocketShutdown.Send); break;
            case Specimen.SynSent: AddSynSent(); break;
            case Specimen.DataWaiting: Connect(Listen(IPAddress.Loopback), IPAddress.Loopback).Client.Send(new byte[1000]); break;
            case Specimen.Udp4: Udp(IPAddress.Any); break;
            case Specimen.Udp6: Udp(IPAddress.IPv6Any); break;
            case Specimen.Udp4Connected: Udp(IPAddress.Loopback).Connect(IPAddress.Loopback, 53); break;
            case Specimen.UdpMapped: Udp(IPAddress.IPv6Any, dualMode: true).Connect(IPAddress.Loopback.MapToIPv6(), 123); break;
            case Specimen.UdpOnLoopbackDevice: Udp(IPAddress.Any).SetRawSocketOption(1, 25, "lo\0"u8); break; // SO_BINDTODEVICE
        }
    }

    public void Dispose() => _held.ForEach(s => s.Dispose());

    private Socket Hold(Socket socket)
    {
        _held.Add(socket);
        return socket;
    }

    private Socket Listen(IPAddress address, bool dualMode = false, int backlog = 16)
    {
        var socket = Hold(new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        if (dualMode)
            socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen(backlog);
        return socket;
    }

    private (Socket Client, Socket Server) Connect(Socket listener, IPAddress address)
    {
        var client = Hold(new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(address, ((IPEndPoint)listener.LocalEndPoint!).Port);
        return (client, Hold(listener.Accept()));
    }

    private void AddTimeWait()
    {
        var (client, server) = Connect(Listen(IPAddress.Loopback), IPAddress.Loopback);
        client.Shutdown(SocketShutdown.Send);
        server.Dispose();
        client.Dispose();
    }

    // Whom a full accept queue leaves no room for gets no answer.
    private void AddSynSent()
    {
        var end = (IPEndPoint)Listen(IPAddress.Loopback, backlog: 0).LocalEndPoint!;
        Hold(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).Connect(end);
        var late = Hold(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        late.Blocking = false;
        try
        {
            late.Connect(end);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress) { }
    }

    private Socket Udp(IPAddress address, bool dualMode = false)
    {
        var socket = Hold(new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        if (dualMode)
            socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}
