using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -i: the table of network interfaces, or with -e a paragraph for each.</summary>
internal sealed class InterfaceRows(NetstatPage page, NetstatRequest request)
{
    private const int ENODEV = 19;

    private static readonly (int Flag, char Letter)[] s_letters =
    [
        (libc.IFF_ALLMULTI, 'A'), (libc.IFF_BROADCAST, 'B'), (libc.IFF_DEBUG, 'D'), (libc.IFF_LOOPBACK, 'L'), (libc.IFF_MULTICAST, 'M'),
        (libc.IFF_DYNAMIC, 'd'), (libc.IFF_PROMISC, 'P'), (libc.IFF_NOTRAILERS, 'N'), (libc.IFF_NOARP, 'O'), (libc.IFF_POINTOPOINT, 'P'),
        (libc.IFF_SLAVE, 's'), (libc.IFF_MASTER, 'm'), (libc.IFF_RUNNING, 'R'), (libc.IFF_UP, 'U'),
    ];

    private readonly InterfaceParagraph _paragraph = new(page);

    public void WriteTitle() => page.Print("Kernel Interface table\n");

    /// <returns>netstat's exit code.</returns>
    public int Write()
    {
        if (request.Extended == 0)
            page.Print("Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n");
        foreach (var (name, counters) in InterfaceCounters.ReadAll(page))
        {
            var found = InterfaceConfiguration.TryRead(name, out int errno);
            if (found is null)
            {
                page.Complain("%s: error fetching interface information: %s\n", name, errno == ENODEV ? page.Texts["Device not found"] : Errno.Text(errno));
                page.ComplainOf("missing interface information", errno);
                return 1;
            }
            if (!request.All && (found.Flags & libc.IFF_UP) == 0)
                continue;
            if (request.Extended == 0)
                WriteRow(found, counters);
            else
                _paragraph.Write(found, counters);
            page.EndRow();
        }
        return 0;
    }

    private void WriteRow(InterfaceConfiguration found, InterfaceCounters? counters)
    {
        page.Out.AppendFormat("%-15.15s %5d ", found.Name, found.Mtu);
        if (counters is { } c)
            page.Out.AppendFormat("%8llu %6lu %6lu %-6lu %8llu %6lu %6lu %6lu ", c.Received.Packets, c.Received.Errors, c.Received.Dropped,
                c.Received.Overruns, c.Sent.Packets, c.Sent.Errors, c.Sent.Dropped, c.Sent.Overruns);
        else
            page.Out.AppendFormat("%-56s", page.Texts["     - no statistics available -"]);
        if (found.Flags == 0)
            page.Print("[NO FLAGS]");
        foreach (var (flag, letter) in s_letters)
            if ((found.Flags & flag) != 0)
                page.Out.Append(letter);
        page.Out.Append('\n');
    }
}
