using System.Buffers.Text;
using System.Text;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat -g: multicast group memberships, from /proc/net/igmp and igmp6.</summary>
internal sealed class GroupRows(NetstatPage page, NetstatRequest request, NetstatNames names)
{
    public const string Path = "/proc/net/igmp", Path6 = "/proc/net/igmp6";

    // net-tools never takes back that it has seen igmp6's format: under -c it misreads igmp from the second time on.
    private bool _readsIgmp6;
    private string _device = "";

    public void WriteHeading()
    {
        page.Out.Append("IPv6/"u8);
        page.Print("IPv4 Group Memberships\n");
        page.Print("Interface       RefCnt Group\n");
        page.Out.Append("--------------- ------ ---------------------\n"u8);
    }

    /// <returns>The errno that kept it from being read, or 0.</returns>
    public int Write(string path)
    {
        using var lines = ProcLines.TryOpen(path, out int errno);
        if (lines is null)
            return errno;
        for (int number = 0; lines.Next(out var line); number++)
        {
            if (number == 0 && line.IndexOf("Device"u8) >= 0)
                continue;
            _readsIgmp6 |= number == 0;
            bool read = _readsIgmp6 ? Write6(line) : line.StartsWith("\t"u8) ? Write4(line) : ReadDevice(line);
            if (!read)
                page.Complain(_readsIgmp6 ? "warning, got bogus igmp6 line %d.\n" : "warning, got bogus igmp line %d.\n", number);
        }
        return 0;
    }

    // "1\tlo        :     1      V3": the name with its padding, at most 15 characters of it.
    private bool ReadDevice(ReadOnlySpan<byte> line)
    {
        if (!Utf8Parser.TryParse(line, out int _, out int used))
            return false;
        var device = line[used..].TrimStart((byte)'\t');
        if (device.IsEmpty)
            return false;
        device = device[..Math.Min(15, device.Length)];
        int colon = device.LastIndexOf((byte)':');
        _device = Encoding.UTF8.GetString(colon < 0 ? device : device[..colon]);
        return true;
    }

    private bool Write4(ReadOnlySpan<byte> line)
    {
        var fields = new ProcFields(line);
        uint address = (uint)fields.Hex(fields.Next());
        int users = (int)fields.Signed(fields.Next());
        if (fields.Malformed)
            return false;
        Span<byte> bytes = stackalloc byte[4];
        BitConverter.TryWriteBytes(bytes, address);
        WriteRow(_device, users, InetAddress.FromBytes(bytes));
        return true;
    }

    private bool Write6(ReadOnlySpan<byte> line)
    {
        var fields = new ProcFields(line);
        fields.Decimal(fields.Next());
        var device = fields.Next();
        var group = fields.Address6(fields.Next());
        int users = (int)fields.Signed(fields.Next());
        if (fields.Malformed)
            return false;
        WriteRow(Encoding.UTF8.GetString(device[..Math.Min(15, device.Length)]), users, group);
        return true;
    }

    private void WriteRow(string device, int users, in InetAddress group)
    {
        page.Out.AppendFormat("%-15s %-6d %s\n", device, users, request.NumericHosts ? group.Unmapped.ToString() : names.Host(group));
        page.EndRow();
    }
}
