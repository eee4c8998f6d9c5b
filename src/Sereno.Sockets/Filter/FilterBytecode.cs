using System.Buffers.Binary;

namespace Sereno.Sockets.Filter;

/// <summary>
/// A filter as the kernel runs it on TCP, UDP and their like (linux/inet_diag.h; inet_diag_bc_run in net/ipv4/inet_diag.c). ss
/// shows what both the kernel and its own evaluation let through, and its bytecode says less than the filter: the ports of an
/// order are cut to 16 bits, of a host's addresses the first counts, autobound is whether bind(2) was told a port, and a prefix
/// of length 0 still wants its family. Ours says the same.
/// </summary>
public static class FilterBytecode
{
    /// <summary>INET_DIAG_REQ_BYTECODE.</summary>
    public const ushort Attribute = 1;

    private const byte Jump = 1, SourceAtLeast = 2, SourceAtMost = 3, DestinationAtLeast = 4, DestinationAtMost = 5, Auto = 6,
        SourceHost = 7, DestinationHost = 8, Mark = 10, Cgroup = 13;

    // Lengths and jumps are 16 bits, the attribute's header and the jump past the end included.
    private const int MaxLength = 65_528;

    /// <summary>Null when the kernel can't: the filter has a dev term, which ss never sends, or is too long.</summary>
    internal static byte[]? Compile(FilterProgram program)
    {
        var steps = program.Steps;
        // A step that doesn't go on to the next one when it is true has a jump behind it.
        int[] starts = new int[steps.Length + 1];
        for (int i = 0; i < steps.Length; i++)
        {
            if (LengthOf(steps[i].Term) is not int length)
                return null;
            starts[i + 1] = starts[i] + length + (steps[i].Yes == i + 1 ? 0 : 4);
            if (starts[i + 1] > MaxLength)
                return null;
        }
        int end = starts[^1];
        byte[] code = new byte[end];
        for (int i = 0; i < steps.Length; i++)
        {
            var (at, next) = (starts[i], starts[i + 1]);
            int jump = steps[i].Yes == i + 1 ? next : next - 4;
            Write(steps[i].Term, code.AsSpan(at..jump), Target(steps[i].No) - at);
            if (jump < next)
                WriteOperation(code.AsSpan(jump), Jump, 4, Target(steps[i].Yes) - jump);
        }
        return code;

        // The kernel accepts at the very end and rejects one operation behind it.
        int Target(int step) => step == program.Reject ? end + 4 : starts[step];
    }

    private static int? LengthOf(FilterTerm term) => term switch
    {
        HostTerm { Host.Addresses: [{ Family: SocketFamily.Inet6 }, ..] } => 4 + 8 + 16,
        HostTerm => 4 + 8 + 4,
        PortTerm => 8,
        AutoboundTerm => 4,
        MarkTerm or CgroupTerm => 12,
        _ => null,
    };

    // inet_diag_bc_op {code, yes, no} and what the code wants.
    private static void Write(FilterTerm term, Span<byte> code, int no)
    {
        var operand = code[4..];
        switch (term)
        {
            case HostTerm host:
                WriteOperation(code, host.Side == FilterSide.Source ? SourceHost : DestinationHost, code.Length, no);
                WriteHost(host.Host, operand);
                break;
            case PortTerm port:
                byte operation = (port.Side, port.Bound) switch
                {
                    (FilterSide.Source, PortBound.AtLeast) => SourceAtLeast,
                    (FilterSide.Source, _) => SourceAtMost,
                    (_, PortBound.AtLeast) => DestinationAtLeast,
                    _ => DestinationAtMost,
                };
                WriteOperation(code, operation, code.Length, no);
                WriteOperation(operand, 0, 0, (ushort)port.Host.Port);
                break;
            case AutoboundTerm:
                WriteOperation(code, Auto, code.Length, no);
                break;
            case MarkTerm mark:
                WriteOperation(code, Mark, code.Length, no);
                BinaryPrimitives.WriteUInt32LittleEndian(operand, mark.Mark);
                BinaryPrimitives.WriteUInt32LittleEndian(operand[4..], mark.Mask);
                break;
            case CgroupTerm cgroup:
                WriteOperation(code, Cgroup, code.Length, no);
                BinaryPrimitives.WriteUInt64LittleEndian(operand, cgroup.Id);
                break;
        }
    }

    // inet_diag_hostcond {family, prefix_len, port, addr}. An address of another family than IPv4 and IPv6 is refused with EINVAL, as ss's is.
    private static void WriteHost(HostCondition host, Span<byte> operand)
    {
        var first = host.Addresses is [var prefix, ..] ? prefix : default;
        operand[0] = (byte)(host.Selects is SocketFamily.Unspecified or SocketFamily.Inet or SocketFamily.Inet6 ? first.Family : host.Selects);
        operand[1] = (byte)first.Length;
        BinaryPrimitives.WriteInt32LittleEndian(operand[4..], host.Port);
        if (first.Family == SocketFamily.Inet6)
            BinaryPrimitives.WriteUInt128BigEndian(operand[8..], first.Bits);
        else
            BinaryPrimitives.WriteUInt32BigEndian(operand[8..], (uint)(first.Bits >> 96));
    }

    private static void WriteOperation(Span<byte> code, byte operation, int yes, int no)
    {
        code[0] = operation;
        code[1] = (byte)yes;
        BinaryPrimitives.WriteUInt16LittleEndian(code[2..], (ushort)no);
    }
}
