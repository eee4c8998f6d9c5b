using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>Carries out one request of ss.</summary>
internal sealed class SsRun(Stream output, TextWriter errors, int? terminalWidth, ProcFiles files)
{
    private const uint ReadableByAll = 0x1B6; // rw-rw-rw-, before the umask
    private const int LongestFilter = 1 << 24;

    private static readonly (SocketTables Tables, string Name)[] s_unsupported =
        [(SocketTables.Vsock, "VSOCK"), (SocketTables.Xdp, "XDP"), (SocketTables.Tipc, "TIPC")];

    /// <summary>Also our own words: of a file that can't be written, of tables that aren't read, and behind what ss says of a filter that can't be understood, where and why.</summary>
    public bool Explains { get; init; }

    /// <summary>Only the Internet sockets that it admits.</summary>
    public SocketSieve? Only { get; init; }

    /// <summary>Does it; returns ss's exit code.</summary>
    public int Do(SsRequest request)
    {
        ReadOnlyMemory<byte> filterFile = default;
        if (request.FilterFile is string path && !TryReadFilter(path, out filterFile))
            return 255;
        if (request.Summary)
            SsSummary.Write(files, output, complaint => errors.Write(complaint + "\n"));
        if (request.OnlySummary)
            return 0;
        try
        {
            if (SsArguments.Settle(request, errors) is not SsRequest settled)
                return 0;
            if (Explains && request.Selection.IsChosen)
                TellUnsupported(settled.Selection);
            if (settled.RecordTo is not null)
                return Record(settled);
            var selection = settled.Selection;
            var filter = SocketFilter.Parse(settled.Operands, settled.FirstFilterWord, filterFile,
                new(selection.PreferredFamily, selection.Has(SocketTables.Tcp), selection.Has(SocketTables.Udp)), new FilterNames(files.EphemeralRange));
            if (filter?.Selects is SocketFamily family)
                settled = settled with { Selection = selection.Narrowed(family) };
            if (Only is not null)
                settled = settled with { Selection = settled.Selection.Within(SocketTables.Inet) };
            if (settled.Follow)
                return new SsEvents(settled, filter, Only, files, output, terminalWidth).Run();
            List(settled, filter);
            return 0;
        }
        catch (FilterException e)
        {
            errors.Write(e.SsText);
            if (e.ShowsUsage)
                errors.Write(SsUsage.Text);
            if (Explains)
                FilterErrors.Write(e, errors, Text.Current);
            return e.ExitCode;
        }
    }

    private void TellUnsupported(SsSelection selection)
    {
        foreach (var (tables, name) in s_unsupported)
            if (selection.Has(tables))
                errors.Write($"ss: {name} sockets aren't supported: none are listed\n");
    }

    private bool TryReadFilter(string path, out ReadOnlyMemory<byte> text)
    {
        int errno = 0;
        using var file = path.StartsWith('-') ? new Fd(0) : Files.TryOpen(path, libc.O_RDONLY, out errno);
        text = default;
        if (file is null)
        {
            errors.Write($"fopen filter file: {Errno.Text(errno)}\n");
            return false;
        }
        var bytes = new MemoryStream();
        byte[] buffer = new byte[4096];
        // As for fgets(3), what can't be read (a folder) is the end. ss gives up at a line that is too long.
        for (int n, line = 0; line < SocketFilter.LongestLine && bytes.Length < LongestFilter && (n = file.TryRead(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, n);
            int newline = buffer.AsSpan(0, n).LastIndexOf((byte)'\n');
            line = newline < 0 ? line + n : n - newline - 1;
        }
        text = bytes.ToArray();
        return true;
    }

    private void List(SsRequest request, SocketFilter? filter)
    {
        var rows = filter is null && Only is null && CanPrintAtOnce(request)
            ? new SsView(request.Selection.Tables, request.Options, OwnersFor(request.Options, files), new(), files, output, terminalWidth, errors.Write) : null;
        var reader = new TableReader(QueryOf(request) with { Bytecode = filter?.Bytecode }, files, errors.Write)
        {
            TextIPv4 = request.Selection.Has(SocketFamily.Inet),
            TextIPv6 = request.Selection.Has(SocketFamily.Inet6),
            Rows = rows,
        };
        reader.ReadAll();
        var dump = reader.Dump;
        if (dump.Inconsistent)
            errors.Write("Dump was interrupted and may be inconsistent.\n");
        if (rows is not null)
        {
            rows.Finish();
            return;
        }
        if (filter is not null)
            Apply(filter, dump);
        if (Only is not null)
            dump.Inet.Filter(Only.Admits);
        if (request.Kill)
        {
            using var killer = new SocketKiller(errors.Write);
            dump.Inet.Filter((in SocketRecord socket) => socket.IsFromText || killer.TryKill(socket)); // ss shows what it can't even try
        }
        var owners = OwnersFor(request.Options, files);
        SsView.Write(new SocketTable(dump, owners), request.Selection.Tables, request.Options, files, output, terminalWidth, errors.Write);
    }

    // Rows that need nothing besides owners and what the kernel says of each socket are made while it says it.
    private static bool CanPrintAtOnce(SsRequest request) => request is { Kill: false, Details: SocketDetails.None }
        && (Shown(request.Selection) & ~(SocketTables.Tcp | SocketTables.Udp)) == 0;

    internal static OwnerIndex OwnersFor(SsOptions options, ProcFiles files)
    {
        if (!options.Processes && !options.Threads)
            return OwnerIndex.Empty;
        try
        {
            return OwnerIndex.Scan(new OwnerQuery { Threads = options.Threads, ProcRoot = files.Root });
        }
        catch (LinuxException)
        {
            return OwnerIndex.Empty; // to ss, no /proc means no owners
        }
    }

    private static void Apply(SocketFilter filter, SocketDump dump)
    {
        dump.Netlink.Filter(filter.Matches);
        dump.Packet.Filter(filter.Matches);
        dump.Unix.Filter((in UnixRecord socket) => filter.Matches(socket, default, socket.IsFromText));
        dump.Inet.Filter(filter.Matches);
    }

    // The kernel is asked for the family named last, where that is IPv4 or IPv6, and for both where it isn't.
    private static SocketQuery QueryOf(SsRequest request)
    {
        var selection = request.Selection;
        return new()
        {
            Tables = Shown(selection),
            IPv4 = selection.Has(SocketFamily.Inet) && selection.PreferredFamily != SocketFamily.Inet6,
            IPv6 = selection.Has(SocketFamily.Inet6) && selection.PreferredFamily != SocketFamily.Inet,
            States = selection.States,
            Details = request.Details,
        };
    }

    // A table is only shown with its family.
    private static SocketTables Shown(SsSelection selection)
    {
        var tables = selection.Tables;
        if (!selection.Has(SocketFamily.Inet) && !selection.Has(SocketFamily.Inet6))
            tables &= ~SocketTables.Inet;
        if (!selection.Has(SocketFamily.Unix))
            tables &= ~SocketTables.Unix;
        if (!selection.Has(SocketFamily.Packet))
            tables &= ~SocketTables.Packet;
        if (!selection.Has(SocketFamily.Netlink))
            tables &= ~SocketTables.Netlink;
        return tables;
    }

    // The kernel's answers as they are: IPv4's, then IPv6's.
    private int Record(SsRequest request)
    {
        string path = request.RecordTo!;
        if (!request.Selection.Has(SocketTables.Tcp))
        {
            errors.Write("ss: tcpdiag dump requested and no tcp in filter.\n");
            return 0;
        }
        int errno = 0;
        using var file = path.StartsWith('-') ? null : Files.TryOpen(path, libc.O_WRONLY | libc.O_CREAT | libc.O_TRUNC, out errno, ReadableByAll);
        if (errno != 0 && !Explains)
            return 0; // ss then goes on without a file and says nothing
        if (errno != 0)
        {
            errors.Write($"fopen dump file: {Errno.Text(errno)}\n");
            return 255;
        }
        var query = QueryOf(request);
        var dump = new SocketDump(query.Details) { Record = file is null ? output : new DescriptorStream(file) };
        if (request.Selection.PreferredFamily != SocketFamily.Inet6)
            dump.Add(ipv4: true, SocketProtocol.Tcp, query.States, query.Bytecode);
        if (request.Selection.PreferredFamily != SocketFamily.Inet)
            dump.Add(ipv4: false, SocketProtocol.Tcp, query.States, query.Bytecode);
        return 0;
    }
}
