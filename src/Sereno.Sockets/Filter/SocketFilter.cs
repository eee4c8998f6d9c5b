using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Filter;

/// <summary>What was chosen before a filter is read.</summary>
/// <param name="PreferredFamily">The family that an option named last; Unspecified for none.</param>
/// <param name="Tcp">The TCP table is shown: its service names are understood.</param>
/// <param name="Udp">The UDP table is.</param>
public sealed record FilterContext(SocketFamily PreferredFamily = SocketFamily.Unspecified, bool Tcp = true, bool Udp = true);

/// <summary>A filter of ss's language, ready to run: over records here, and as bytecode in the kernel.</summary>
public sealed class SocketFilter
{
    /// <summary>Bytes of a line of a filter's file: ss reads it by fgets(3) into 1024.</summary>
    public const int LongestLine = 1023;

    private readonly FilterProgram _program;
    private readonly IFilterNames _names;
    private (int, int)? _ephemeralPorts;

    private SocketFilter(FilterExpression expression, IFilterNames names)
    {
        (Expression, _names) = (expression, names);
        _program = FilterProgram.Of(expression);
        Bytecode = FilterBytecode.Compile(_program);
    }

    public FilterExpression Expression { get; }

    /// <summary>For INET_DIAG_REQ_BYTECODE of TCP, UDP and their like; null when only user space can filter. What comes back is to be
    /// checked by Matches. The kernel refuses it with EINVAL when an address of another family is in it, and with EPERM when a fwmark is
    /// and the caller has no CAP_NET_ADMIN: ss says so ("RTNETLINK answers: ...") and reads /proc/net then.</summary>
    public byte[]? Bytecode { get; }

    /// <summary>A filter that was put together rather than read.</summary>
    /// <exception cref="InsufficientExecutionStackException">Nested deeper than this thread's stack can follow.</exception>
    public static SocketFilter Of(FilterExpression expression, IFilterNames names) => new(expression, names);

    /// <summary>The family of the last host that named or was given one: sockets of any other aren't shown, whatever families were chosen
    /// before, and it is the one preferred from here on. Tables and states stay. Null: the filter leaves families alone.</summary>
    public SocketFamily? Selects { get; private init; }

    /// <summary>Reads a filter.</summary>
    /// <param name="words">The command line behind its options.</param>
    /// <param name="first">Which of the words the filter begins with: <see cref="StateWords.Read"/>.</param>
    /// <param name="file">Text of a filter file, read behind the words; empty for none.</param>
    /// <returns>Null for an empty filter: everything matches.</returns>
    /// <exception cref="FilterException">It can't be understood.</exception>
    public static SocketFilter? Parse(IReadOnlyList<string> words, int first, ReadOnlyMemory<byte> file, FilterContext context, IFilterNames names)
    {
        var lexer = new FilterLexer(words, first, file);
        var parser = new FilterParser(lexer, names, context);
        var expression = parser.Parse();
        try
        {
            return expression is null ? null : new(expression, names) { Selects = parser.Selects ? parser.Preferred : null };
        }
        catch (InsufficientExecutionStackException)
        {
            throw new FilterException(FilterProblem.NestedTooDeep, lexer.Next().Position, "", "",
                "ss: bison bellows (while parsing filter): \"memory exhausted!\" Sorry.\n", exitCode: 255, showsUsage: true);
        }
    }

    public bool Matches(in SocketRecord record) => _program.Run(FilterSubject.Of(record, EphemeralPorts));

    /// <param name="peerName">Where /proc/net/unix was read: what ss shows as the peer's name, unless it is "*".</param>
    /// <param name="fromProc">The record is from /proc/net/unix: ports (inodes, in ss) are all zero then.</param>
    public bool Matches(in UnixRecord record, ReadOnlySpan<byte> peerName = default, bool fromProc = false)
    {
        Span<byte> name = stackalloc byte[FilterSubject.MaxNameLength];
        return _program.Run(FilterSubject.Of(record, name, peerName, numbered: !fromProc));
    }

    public bool Matches(in PacketRecord record) => _program.Run(FilterSubject.Of(record));

    public bool Matches(in NetlinkRecord record) => _program.Run(FilterSubject.Of(record));

    private (int, int) EphemeralPorts => _ephemeralPorts ??= _names.EphemeralPorts;
}
