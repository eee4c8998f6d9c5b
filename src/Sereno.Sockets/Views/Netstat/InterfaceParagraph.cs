using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -i -e: one interface as ifconfig shows it.</summary>
internal sealed class InterfaceParagraph(NetstatPage page)
{
    private static readonly (int Flag, string Name)[] s_flags =
    [
        (libc.IFF_UP, "UP,"), (libc.IFF_BROADCAST, "BROADCAST,"), (libc.IFF_DEBUG, "DEBUG,"), (libc.IFF_LOOPBACK, "LOOPBACK,"),
        (libc.IFF_POINTOPOINT, "POINTOPOINT,"), (libc.IFF_NOTRAILERS, "NOTRAILERS,"), (libc.IFF_RUNNING, "RUNNING,"), (libc.IFF_NOARP, "NOARP,"),
        (libc.IFF_PROMISC, "PROMISC,"), (libc.IFF_ALLMULTI, "ALLMULTI,"), (libc.IFF_SLAVE, "SLAVE,"), (libc.IFF_MASTER, "MASTER,"),
        (libc.IFF_MULTICAST, "MULTICAST,"), (libc.IFF_DYNAMIC, "DYNAMIC,"),
    ];

    // if_port's names (linux/netdevice.h).
    private static readonly string?[] s_media = ["unknown", "10base2", "10baseT", "AUI", "100baseT", "100baseTX", "100baseFX"];

    private static readonly (string Unit, ulong Size)[] s_units =
        [("PiB", 1UL << 50), ("TiB", 1UL << 40), ("GiB", 1UL << 30), ("MiB", 1UL << 20), ("KiB", 1UL << 10)];

    public void Write(InterfaceConfiguration found, InterfaceCounters? counters)
    {
        page.Print("%s: %s  mtu %d", found.Name, Flags(found.Flags), found.Mtu);
        page.Out.Append('\n');
        if (found.Address.Length > 0)
            WriteIPv4(found);
        WriteIPv6(found.Name);
        WriteLink(found);
        if (counters is not null)
            WriteCounters(counters);
        WriteMap(found.Map);
        page.Out.Append('\n');
    }

    // "flags=4163<UP,BROADCAST>"; none leaves "flags=0<" and what a comma would have been cut for.
    private string Flags(short flags)
    {
        string names = string.Concat(s_flags.Where(f => (flags & f.Flag) != 0).Select(f => page.Texts[f.Name]));
        return $"flags={flags}<" switch
        {
            var text when names.Length > 0 => text + names[..^1] + ">",
            var text => flags == 0 ? text : text[..^1],
        };
    }

    private void WriteIPv4(InterfaceConfiguration found)
    {
        page.Print("        %s %s", "inet", Text(found.Address));
        page.Print("  netmask %s", Text(found.Netmask));
        if ((found.Flags & libc.IFF_BROADCAST) != 0)
            page.Print("  broadcast %s", Text(found.Broadcast));
        if ((found.Flags & libc.IFF_POINTOPOINT) != 0)
            page.Print("  destination %s", Text(found.Destination));
        page.Out.Append('\n');

        string Text(byte[] address) => address.Length == 0 ? page.Texts["[NONE SET]"] : InetAddress.FromBytes(address).ToString();
    }

    private void WriteIPv6(string name)
    {
        using var lines = ProcLines.TryOpen("/proc/net/if_inet6", out _);
        while (lines is not null && lines.Next(out var line))
        {
            var fields = new ProcFields(line);
            var address = fields.Address6(fields.Next());
            fields.Hex(fields.Next()); // index
            int prefix = (int)fields.Hex(fields.Next()), scope = (int)fields.Hex(fields.Next());
            fields.Hex(fields.Next()); // state of duplicate address detection
            if (!fields.Malformed && Encoding.UTF8.GetString(fields.Next()) == name)
            {
                page.Print("        %s %s  prefixlen %d", "inet6", address.Unmapped.ToString(), prefix);
                page.Print("  scopeid 0x%x", scope);
                page.Out.AppendFormat("%s\n", Scope(scope));
            }
        }
    }

    // IPV6_ADDR_* of include/net/ipv6.h.
    private string Scope(int scope)
    {
        string names = "";
        if ((scope & 0x80) != 0)
            names += page.Texts["compat,"];
        scope &= ~0x80;
        if (scope == 0)
            names += page.Texts["global,"];
        if ((scope & 0x20) != 0)
            names += page.Texts["link,"];
        if ((scope & 0x40) != 0)
            names += page.Texts["site,"];
        if ((scope & 0x10) != 0)
            names += page.Texts["host,"];
        return names.Length > 0 ? $"<{names[..^1]}>" : "";
    }

    private void WriteLink(InterfaceConfiguration found)
    {
        var kind = LinkKind.Of(found.HardwareType);
        if (kind.Format is { } format && !(kind.HidesZeros && found.HardwareAddress.AsSpan(0, kind.Length).IndexOfAnyExcept((byte)0) < 0))
            page.Print("        %s %s", kind.Name, format(found.HardwareAddress));
        else
            page.Print("        %s", kind.Name);
        if (found.QueueLength != -1)
            page.Print("  txqueuelen %d", found.QueueLength);
        page.Out.AppendFormat("  (%s)\n", page.Texts[kind.Title]);
        if ((found.Flags & libc.IFF_PORTSEL) == 0)
            return;
        page.Print("        media %s", found.Map.Port < s_media.Length ? s_media[found.Map.Port]! : "(null)");
        if ((found.Flags & libc.IFF_AUTOMEDIA) != 0)
            page.Print("autoselect");
        page.Out.Append('\n');
    }

    private void WriteCounters(InterfaceCounters counters)
    {
        var (received, sent) = (counters.Received, counters.Sent);
        page.Out.Append("        "u8);
        page.Print("RX packets %llu  bytes %llu (%lu.%lu %s)\n", [received.Packets, received.Bytes, .. Size(received.Bytes)]);
        page.Out.Append("        "u8);
        page.Print("RX errors %lu  dropped %lu  overruns %lu  frame %lu\n", received.Errors, received.Dropped, received.Overruns, received.Special);
        page.Out.Append("        "u8);
        page.Print("TX packets %llu  bytes %llu (%lu.%lu %s)\n", [sent.Packets, sent.Bytes, .. Size(sent.Bytes)]);
        page.Out.Append("        "u8);
        page.Print("TX errors %lu  dropped %lu overruns %lu  carrier %lu  collisions %lu\n", sent.Errors, sent.Dropped, sent.Overruns, sent.Carrier, sent.Special);
    }

    // Whole units, tenths, and the unit; "more than", not "at least": 1024 bytes are 1024.0 B.
    private static object[] Size(ulong bytes)
    {
        ulong tenths = unchecked(bytes * 10);
        string name = "B";
        if (bytes > 1UL << 60)
            (tenths, name) = (bytes / 115292150460684697, "EiB");
        else
            foreach (var (unit, size) in s_units)
                if (bytes > size)
                {
                    (tenths, name) = (tenths / size, unit);
                    break;
                }
        return [tenths / 10, tenths % 10, name];
    }

    private void WriteMap((ulong MemoryStart, ulong MemoryEnd, ushort Base, byte Interrupt, byte Dma, byte Port) map)
    {
        const int firstIoBase = 0x100;
        if (map is { Interrupt: 0, MemoryStart: 0, Dma: 0, Base: < firstIoBase })
            return;
        page.Out.Append("        device "u8);
        if (map.Interrupt != 0)
            page.Print("interrupt %d  ", map.Interrupt);
        if (map.Base >= firstIoBase)
            page.Print("base 0x%x  ", map.Base);
        if (map.MemoryStart != 0)
            page.Print("memory 0x%lx-%lx  ", map.MemoryStart, map.MemoryEnd);
        if (map.Dma != 0)
            page.Print("  dma 0x%x", map.Dma);
        page.Out.Append('\n');
    }
}
