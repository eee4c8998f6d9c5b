using System.Collections.Immutable;
using CsCheck;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Wire;

namespace Sereno.Tests.Sockets.Filter;

/// <summary>Generated filters, and sockets that are near enough to match them now and then.</summary>
internal static class FilterGen
{
    private static readonly Gen<int> s_port = Gen.Frequency((3, Gen.Int[0, 4]), (1, Gen.Int[32766, 32770]), (1, Gen.Int[65533, 65535]));
    private static readonly Gen<InetAddress> s_address = OneOf([.. ((string[])
        ["0.0.0.0", "10.0.0.1", "10.0.0.2", "10.1.0.1", "127.0.0.1", "::", "::1", "2001:db8::1", "2001:db8::2", "2001:db9::", "::ffff:10.0.0.1", "a00:1::"])
        .Select(KnownNames.Address)]);

    private static readonly Gen<ImmutableArray<FilterPrefix>> s_prefix =
        from address in s_address
        from length in Gen.OneOf(Gen.Int[0, 128], Gen.Const(128), Gen.Const(32))
        select ImmutableArray.Create(address.IsIPv4
            ? new FilterPrefix(SocketFamily.Inet, (UInt128)address.Low << 96, Math.Min(length, 32))
            : new FilterPrefix(SocketFamily.Inet6, new UInt128(address.High, address.Low), length));

    private static Gen<HostCondition> InetHost(bool named) =>
        from port in Gen.Frequency((1, s_port), (1, Gen.Const(HostCondition.AnyPort)))
        from addresses in Gen.Frequency((2, s_prefix), (1, Gen.Const(ImmutableArray<FilterPrefix>.Empty)))
        select new HostCondition(!named ? SocketFamily.Unspecified : addresses is [var prefix] ? prefix.Family : SocketFamily.Inet, port, addresses);

    private static Gen<HostCondition> PortOnly(bool named) => s_port.Select(port => new HostCondition(named ? SocketFamily.Inet : SocketFamily.Unspecified, port, []));

    private static readonly Gen<HostCondition> s_foreignHost = Gen.OneOf(
        Gen.String[Gen.OneOf(Gen.Char['!', '~'], OneOf(' ', '\\', '*', '?', '[')), 0, 8].Select(p => new HostCondition(SocketFamily.Unix, -1, [], p)),
        Gen.Select(s_port, OneOf(SocketFamily.Packet, SocketFamily.Netlink, SocketFamily.Vsock), Gen.Byte)
            .Select((port, family, number) => new HostCondition(family, port, family == SocketFamily.Vsock ? [] : [new(family, (UInt128)number << 120, 32)])));

    private static readonly Gen<FilterSide> s_side = OneOf(FilterSide.Source, FilterSide.Destination);

    private static Gen<FilterExpression> KernelTerm(bool named) => Gen.Frequency(
        (4, Gen.Select(s_side, InetHost(named)).Select((side, host) => (FilterExpression)new HostTerm(side, host))),
        (4, Gen.Select(s_side, OneOf(PortBound.AtLeast, PortBound.AtMost), PortOnly(named)).Select((side, bound, host) => (FilterExpression)new PortTerm(side, bound, host))),
        (1, Gen.Select(Gen.UInt[0, 3], Gen.UInt[0, 3]).Select((mark, mask) => (FilterExpression)new MarkTerm(mark, mask))),
        (1, OneOf<FilterExpression>(KnownNames.Read("cgroup /a"), KnownNames.Read("cgroup /a\\ b"), new AutoboundTerm())));

    /// <summary>What the kernel can do.</summary>
    public static readonly Gen<FilterExpression> ForKernel = Nested(KernelTerm(named: false));

    // A host without a family is of the one before it: a filter that names families names all of them, or its text means another.
    public static readonly Gen<FilterExpression> Any = Gen.OneOf(Nested(KernelTerm(named: false)), Nested(Gen.Frequency((3, KernelTerm(named: true)),
        (1, Gen.Select(s_side, s_foreignHost).Select((side, host) => (FilterExpression)new HostTerm(side, host))),
        (1, Gen.UInt[0, 3].Select(index => (FilterExpression)new DeviceTerm(index))))));

    public static readonly Gen<SocketRecord> Socket =
        from local in s_address
        from remote in s_address.Where(a => true)
        from ports in Gen.Select(s_port, s_port)
        from numbers in Gen.Select(Gen.UInt[0, 3], Gen.UInt[0, 3], OneOf(0ul, 0x1_0000_0009ul, 0x1_0000_000Bul))
        select new SocketRecord
        {
            IsIPv4 = local.IsIPv4, Local = local, Remote = remote.IsIPv4 == local.IsIPv4 ? remote : local,
            LocalPort = (ushort)ports.Item1, RemotePort = (ushort)ports.Item2, Interface = numbers.Item1, Mark = numbers.Item2, CgroupId = numbers.Item3,
        };

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<FilterExpression> Nested(Gen<FilterExpression> term) => Gen.Recursive<FilterExpression>((depth, self) => depth == 4 ? term : Gen.Frequency(
        (3, term),
        (1, self.Select(operand => (FilterExpression)new NotExpression(operand))),
        (2, Gen.Select(self, Gen.Select(Gen.Bool, self).Select((and, operand) => new FilterLink(and, operand)).Array[1, 4])
            .Select((first, rest) => (FilterExpression)new ListExpression(first, [.. rest])))));
}
