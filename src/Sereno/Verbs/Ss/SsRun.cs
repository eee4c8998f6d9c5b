using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;

namespace Sereno.Verbs;

/// <summary>Carries out one request of ss.</summary>
internal sealed class SsRun(Stream output, TextWriter errors, int? terminalWidth, ProcFiles files)
{
    /// <summary>Does it; returns ss's exit code.</summary>
    public int Do(SsRequest request)
    {
        if (request.Summary)
            SsSummary.Write(files, output, complaint => errors.Write(complaint + "\n"));
        if (request.OnlySummary)
            return 0;
        if (SsArguments.Settle(request, errors, out int exitCode) is not SsRequest settled)
            return exitCode;
        if (settled.RecordTo is string path)
            return Record(settled, path);
        List(settled);
        return 0;
    }

    private void List(SsRequest request)
    {
        var reader = new TableReader(QueryOf(request), files, errors.Write)
        {
            TextIPv4 = request.Selection.Has(SocketFamily.Inet),
            TextIPv6 = request.Selection.Has(SocketFamily.Inet6),
        };
        reader.ReadAll();
        if (reader.Dump.Inconsistent)
            errors.Write("Dump was interrupted and may be inconsistent.\n");
        var owners = request.Options.Processes || request.Options.Threads ? OwnerIndex.Scan() : OwnerIndex.Empty;
        var table = new SocketTable(reader.Dump, owners);
        SsView.Write(table, request.Selection.Tables, request.Options, files, output, terminalWidth);
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
    private int Record(SsRequest request, string path)
    {
        if (!request.Selection.Has(SocketTables.Tcp))
        {
            errors.Write("ss: tcpdiag dump requested and no tcp in filter.\n");
            return 0;
        }
        Stream file;
        try
        {
            file = path.StartsWith('-') ? output : File.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Write($"fopen dump file: {Errno.Text(Sereno.Linux.Headers.libc.ENOENT)}\n");
            return 255;
        }
        var query = QueryOf(request);
        var dump = new SocketDump(query.Details) { Record = file };
        if (request.Selection.PreferredFamily != SocketFamily.Inet6)
            dump.Add(ipv4: true, SocketProtocol.Tcp, query.States, query.Bytecode);
        if (request.Selection.PreferredFamily != SocketFamily.Inet)
            dump.Add(ipv4: false, SocketProtocol.Tcp, query.States, query.Bytecode);
        file.Flush();
        if (file != output)
            file.Dispose();
        return 0;
    }
}
