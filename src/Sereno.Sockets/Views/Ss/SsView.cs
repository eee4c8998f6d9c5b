using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views;

/// <summary>Sockets as iproute2 6.1's ss prints them, byte for byte.</summary>
public sealed class SsView : IRowSink
{
    private readonly SsOptions _options;
    private readonly SocketProtocol? _lastNaming;
    private readonly SsColumns _columns;
    private readonly SsNames _names;
    private readonly InetRows _inet;
    private readonly UnixRows _unix;
    private readonly PacketRows _packet;
    private readonly NetlinkRows _netlink;

    /// <param name="tables">Those asked for, whether there is anything in them or not.</param>
    /// <param name="arena">What the records' Details refer to.</param>
    /// <param name="files">Where names that aren't in a socket are looked up.</param>
    /// <param name="terminalWidth">Columns to lay out for; null for the compact layout.</param>
    /// <param name="complain">Takes what ss would say on standard error meanwhile, line ends included.</param>
    public SsView(SocketTables tables, SsOptions options, OwnerIndex owners, ByteArena arena, ProcFiles files, Stream output, int? terminalWidth,
        Action<string>? complain = null)
    {
        _options = options;
        _lastNaming = LastNaming(tables);
        _columns = new(output, terminalWidth);
        _names = new(options, files);
        var cells = new SsCells(_columns, options, owners);
        _inet = new(cells, options, _names, arena, _columns.WriteAhead, complain);
        _unix = new(cells, options, arena);
        _packet = new(cells, options, _names, arena);
        _netlink = new(cells, options, _names, arena, files);
        if (options.OneTable)
            _columns.Hide(SsColumn.Netid);
        if (options.OneState)
            _columns.Hide(SsColumn.State);
        if (!options.Queues)
        {
            _columns.Hide(SsColumn.ReceiveQueue);
            _columns.Hide(SsColumn.SendQueue);
        }
        if (options.Header)
            _columns.WriteHeader();
    }

    /// <summary>Prints a snapshot.</summary>
    /// <param name="tables">Those asked for, whether there is anything in them or not.</param>
    public static void Write(SocketTable table, SocketTables tables, SsOptions options, ProcFiles files, Stream output, int? terminalWidth,
        Action<string>? complain = null)
    {
        var view = new SsView(tables, options, table.Owners, table.Details, files, output, terminalWidth, complain);
        foreach (ref readonly var socket in table.Netlink)
            view._netlink.Write(socket);
        foreach (ref readonly var socket in table.Packet)
            view._packet.Write(socket);
        foreach (ref readonly var socket in table.Unix)
            view._unix.Write(socket);
        foreach (ref readonly var socket in table.Records)
            view.Take(socket);
        view.Finish();
    }

    /// <summary>Prints an Internet socket, in time.</summary>
    public void Take(in SocketRecord socket)
    {
        _names.Services = socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Udp or SocketProtocol.Raw ? socket.Protocol : _lastNaming;
        _inet.Write(socket);
    }

    public bool TryForget()
    {
        if (!_columns.TryForget())
            return false;
        if (_options.Header)
            _columns.WriteHeader();
        return true;
    }

    /// <summary>Prints what is left.</summary>
    public void Finish() => _columns.Finish();

    // The tables that name no services of their own come last, and go by those of the table before.
    private static SocketProtocol? LastNaming(SocketTables tables) => (tables & SocketTables.Tcp) != 0 ? SocketProtocol.Tcp
        : (tables & SocketTables.Udp) != 0 ? SocketProtocol.Udp : (tables & SocketTables.Raw) != 0 ? SocketProtocol.Raw : null;

    /// <summary>Prints one socket at once: for those that are told as they are destroyed.</summary>
    public void WriteNow(in SocketRecord socket)
    {
        _inet.Write(socket);
        Finish();
    }
}
