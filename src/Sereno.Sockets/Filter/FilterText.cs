using System.Buffers.Binary;
using System.Text;
using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Filter;

/// <summary>A filter written so that it reads back as the same one.</summary>
internal static class FilterText
{
    public static string Of(FilterExpression expression)
    {
        var text = new StringBuilder();
        Append(text, expression);
        return text.ToString();
    }

    private static void Append(StringBuilder text, FilterExpression expression)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case ListExpression list:
                AppendOperand(text, list.First);
                foreach (var link in list.Rest)
                    AppendOperand(text.Append(link.IsAnd ? " and " : " or "), link.Operand);
                break;
            case NotExpression { Operand: PortTerm port }:
                text.Append(Port(port.Side)).Append(port.Bound == PortBound.AtLeast ? " < " : " > ").Append(PortValue(port.Host));
                break;
            case NotExpression { Operand: DeviceTerm device }:
                text.Append($"dev != {device.Index}");
                break;
            case NotExpression not:
                AppendOperand(text.Append("! "), not.Operand);
                break;
            case HostTerm host:
                text.Append(host.Side == FilterSide.Source ? "src " : "dst ").Append(Escaped(HostValue(host.Host)));
                break;
            case PortTerm port:
                text.Append(Port(port.Side)).Append(port.Bound == PortBound.AtLeast ? " >= " : " <= ").Append(PortValue(port.Host));
                break;
            case DeviceTerm device:
                text.Append($"dev {device.Index}");
                break;
            case MarkTerm mark:
                text.Append($"fwmark 0x{mark.Mark:x}/0x{mark.Mask:x}");
                break;
            case CgroupTerm cgroup:
                text.Append("cgroup ").Append(Escaped(cgroup.Path));
                break;
            case AutoboundTerm:
                text.Append("autobound");
                break;
        }
    }

    private static void AppendOperand(StringBuilder text, FilterExpression operand)
    {
        bool nested = operand is ListExpression;
        Append(text.Append(nested ? "( " : ""), operand);
        text.Append(nested ? " )" : "");
    }

    private static string Port(FilterSide side) => side == FilterSide.Source ? "sport" : "dport";

    // Where a port stands alone, "*" is the way to write any.
    private static string PortValue(HostCondition host) => host.Pattern is not null ? Escaped(HostValue(host))
        : $"{Prefix(host.Selects)}{(host.Port == HostCondition.AnyPort ? "*" : $":{host.Port}")}";

    private static string HostValue(HostCondition host)
    {
        string port = host.Port == HostCondition.AnyPort ? "" : $":{host.Port}";
        if (host is { Selects: SocketFamily.Vsock, Port: not HostCondition.AnyPort })
            port = $":{(uint)host.Port}";
        return $"{Prefix(host.Selects)}{host.Pattern ?? host.Name ?? (host.Addresses is [var first, ..] ? Address(first) : "*")}{port}";
    }

    private static string Address(FilterPrefix prefix) => prefix.Family switch
    {
        SocketFamily.Inet => Inet(new(true, 0, (ulong)(prefix.Bits >> 96)), prefix.Length == 32 ? "" : $"/{prefix.Length}"),
        SocketFamily.Inet6 => $"[{Inet(new(false, (ulong)(prefix.Bits >> 64), (ulong)prefix.Bits), prefix.Length == 128 ? "" : $"/{prefix.Length}")}]",
        _ => $"{BinaryPrimitives.ReverseEndianness((uint)(prefix.Bits >> 96))}",
    };

    private static string Inet(InetAddress address, string length) => address + length;

    private static string Prefix(SocketFamily family) => family switch
    {
        SocketFamily.Unix => "unix:",
        SocketFamily.Packet => "link:",
        SocketFamily.Netlink => "netlink:",
        SocketFamily.Vsock => "vsock:",
        SocketFamily.Inet => "inet:",
        SocketFamily.Inet6 => "inet6:",
        _ => "",
    };

    private static string Escaped(string word) => word.Replace("\\", "\\\\").Replace(" ", "\\ ").Replace("\t", "\\\t");
}
