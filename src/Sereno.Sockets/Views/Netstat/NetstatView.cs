using Sereno.Linux.Headers;
using Sereno.Sockets.Selection;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>What net-tools 2.10's netstat prints, byte for byte.</summary>
public sealed class NetstatView
{
    private const int Failed = 1;

    private readonly NetstatRequest _request;
    private readonly NetstatPage _page;
    private readonly NetstatNames _names = new();
    private readonly InterfaceRows _interfaces;
    private readonly GroupRows _groups;
    private readonly SocketSieve? _only;
    private ProgramNames? _programs;

    private NetstatView(NetstatRequest request, NetstatPage page, SocketSieve? only)
    {
        _only = only;
        _request = request;
        _page = page;
        _interfaces = new(page, request);
        _groups = new(page, request, _names);
    }

    /// <summary>Answers once, or under -c as long as <paramref name="again"/> says so.</summary>
    /// <param name="only">Internet sockets that it admits, and no others.</param>
    /// <param name="again">Waits for the next round; false when nobody reads any more.</param>
    /// <returns>netstat's exit code.</returns>
    /// <exception cref="Sereno.Linux.LinuxException">Nothing can be read or written.</exception>
    public static int Write(NetstatRequest request, Stream output, TextWriter errors, NetstatTexts texts, Func<bool> again, SocketSieve? only = null)
    {
        var page = new NetstatPage(output, errors, texts);
        var view = new NetstatView(request, page, only);
        if (request.Mode == NetstatMode.Interfaces)
            view._interfaces.WriteTitle();
        int exit;
        do
        {
            exit = view.WriteOnce();
            page.Flush();
        }
        while (exit == 0 && request.Continuous && request.Mode != NetstatMode.Statistics && again());
        return exit & 0xFF;
    }

    private int WriteOnce() => _request.Mode switch
    {
        NetstatMode.Masquerade => Unsupported("ip_masquerade"),
        NetstatMode.Statistics => WriteStatistics(),
        NetstatMode.Routes => new RouteFamilies(_page, _request, _names).Write(),
        NetstatMode.Interfaces => _interfaces.Write(),
        _ => WriteSockets(),
    };

    private int Unsupported(string feature)
    {
        _page.ComplainUnsupported(feature);
        return Failed;
    }

    private int WriteStatistics()
    {
        var statistics = new StatisticsRows(_page, _request);
        string families = _request.Families.Count > 0 ? string.Join(',', _request.Families) : "inet";
        if (families == "inet")
            statistics.Write();
        else if (families == "inet6")
            statistics.Write6();
        else
        {
            _page.Print("netstat: No statistics support for specified address family: %s\n", families);
            return Failed;
        }
        return 0;
    }

    private int WriteSockets()
    {
        _programs = null;
        _only?.Renew();
        if (_request.Programs && _request.Shows(NetstatTables.Internet | NetstatTables.Unix))
            _programs = ProgramNames.Scan(_page);
        int exit = WriteInternet();
        if (exit == 0 && (_request.Tables & NetstatTables.Groups) != 0)
            exit = WriteGroups();
        if (exit == 0 && _only is null && _request.Shows(NetstatTables.Unix))
            exit = WriteUnix();
        if (exit == 0)
            exit = WriteOtherFamilies();
        if (exit != 0 || (_request.Tables & NetstatTables.Bluetooth) == 0)
            return exit;
        _page.Complain("%s: feature `%s' not supported.\nPlease recompile `net-tools' with newer kernel source or full configuration.\n", "netstat", "AF BLUETOOTH");
        return Failed;
    }

    private int WriteInternet()
    {
        if (!_request.Shows(NetstatTables.Internet))
            return 0;
        var rows = new InternetRows(_page, _request, _names, _programs, _only);
        rows.WriteHeading();
        foreach (var table in InternetTable.All)
        {
            if (_request.Shows(table.Table) && rows.Write(table) is var exit and not 0)
                return exit;
            if (table.Table == NetstatTables.Tcp && _request.Shows(NetstatTables.Sctp) && WriteSctp() is var sctp and not 0)
                return sctp;
        }
        return 0;
    }

    // No SCTP here: endpoints are missed by those who ask for servers, associations by those who ask for connections.
    private int WriteSctp()
    {
        if (_request.IsSelective && !_request.IPv4)
            return 0;
        int exit = _request.All || _request.Listening ? _page.Missing(_request, "/proc/net/sctp/eps", "AF INET (sctp)", libc.ENOENT) : 0;
        return exit == 0 && (_request.All || !_request.Listening) ? _page.Missing(_request, "/proc/net/sctp/assocs", "AF INET (sctp)", libc.ENOENT) : exit;
    }

    private int WriteGroups()
    {
        _groups.WriteHeading();
        int exit = 0;
        if (_request.IPv4 && _groups.Write(GroupRows.Path) is var errno and not 0)
            exit = _page.Missing(_request, GroupRows.Path, "AF INET (igmp)", errno);
        if (exit >= 0 && _request.IPv6)
            _groups.Write(GroupRows.Path6);
        return exit;
    }

    private int WriteUnix()
    {
        var rows = new UnixRows(_page, _request, _programs);
        rows.WriteHeading();
        return rows.Write() is var errno and not 0 ? _page.Missing(_request, UnixRows.Path, "AF UNIX", errno) : 0;
    }

    private int WriteOtherFamilies()
    {
        foreach (var (table, feature) in ((NetstatTables, string)[])[(NetstatTables.Ipx, "AF IPX"), (NetstatTables.Ax25, "AF AX25"), (NetstatTables.X25, "AF X25"),
            (NetstatTables.NetRom, "AF NETROM"), (NetstatTables.Rose, "AF ROSE")])
        {
            if (!_request.Shows(table))
                continue;
            if (_request.IsSelective || _request.Verbose)
                _page.ComplainUnsupported(feature);
            if (_request.IsSelective)
                return Failed;
        }
        return 0;
    }
}
