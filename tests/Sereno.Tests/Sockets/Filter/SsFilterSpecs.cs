using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Sereno.Sockets;
using Sereno.Sockets.Filter;
using Sereno.Sockets.Proc;
using Sereno.Sockets.Wire;
using Sereno.Tests.Sockets.Lab;
using Xunit;
using LabSpecimen = Sereno.Tests.Sockets.Lab.Specimen;

namespace Sereno.Tests.Sockets.Filter;

/// <summary>Filters against the installed ss (iproute2 6.1): the same rows of sockets of every kind, the same words for what is wrong.</summary>
public partial class SsFilterSpecs
{
    // A connection that is closed for good, or a timer's end, changes the rows between two listings.
    private const int Attempts = 5;

    [Fact]
    public void A_filter_chooses_the_sockets_that_ss_chooses() => InLab(() => Check(SsFilterCases.Right, c => Compare(c, Rows)));

    [Fact]
    public void A_wrong_filter_is_refused_in_ss_words() => InLab(() => Check(SsFilterCases.Wrong, c => Compare(c, Rows)));

    [Fact]
    public void A_filter_file_is_read_as_ss_reads_it() => InLab(() =>
    {
        string path = Path.GetTempFileName();
        try
        {
            Check(SsFilterCases.Files, text =>
            {
                File.WriteAllText(path, text);
                return Compare($"-ta -F {path}|", c => Rows(c, Encoding.UTF8.GetBytes(text)));
            });
        }
        finally
        {
            File.Delete(path);
        }
    });

    [Fact]
    public void The_kernel_lets_through_what_its_bytecode_was_proven_to() => InLab(() =>
    {
        var all = Everything().ToList();
        Assert.True(all.Count > 40, $"only {all.Count} sockets");
        Gen.Select(FilterGen.ForKernel.Where(f => !f.ToString().Contains("autobound")), Gen.Int[0, all.Count - 1]).Sample((filter, near) =>
        {
            // Half of the filters are about a socket that is there.
            var likeOne = new HostTerm(FilterSide.Source, new(SocketFamily.Unspecified, all[near].LocalPort, []));
            var expression = near % 2 == 0 ? filter : new ListExpression(filter, [new(near % 4 == 1, likeOne)]);
            byte[] code = SocketFilter.Of(expression, new FilterNames()).Bytecode!;
            var expected = Everything().Where(s => KernelProgram.Run(code, s, userBound: true)).Select(Key).Order().ToList();
            var actual = Everything(code).Select(Key).Order().ToList();
            for (int i = 1; i < Attempts && !expected.SequenceEqual(actual); i++)
                (expected, actual) = ([.. Everything().Where(s => KernelProgram.Run(code, s, userBound: true)).Select(Key).Order()], [.. Everything(code).Select(Key).Order()]);
            Assert.Equal(expected, actual);
        }, iter: 300, threads: 1);
    });

    [Fact]
    public void A_filter_of_three_thousand_conditions_runs_in_the_kernel() => InLab(() =>
    {
        var filter = SocketFilter.Parse([string.Join(" or ", Enumerable.Range(20, 3000).Select(port => $"sport = {port}"))], 0, default, new(), new FilterNames())!;
        var chosen = KernelDump.Of(true, SocketProtocol.Tcp, filter.Bytecode);
        Assert.Contains(chosen, socket => socket.LocalPort == 22);
        Assert.All(chosen, socket => Assert.InRange(socket.LocalPort, 20, 3019));
    });

    [Theory]
    [InlineData("short-name")]
    [InlineData("a-name-that-is-longer-than-ioctl-takes")]
    public void An_interface_has_other_names(string name) => NetworkNamespace.Run(() =>
    {
        var added = Differential.Run("ip", ["link", "property", "add", "dev", "lo", "altname", name]);
        Assert.SkipUnless(added.ExitCode == 0, $"no alternative names here: {added.Errors}");
        Assert.Equal(1u, new FilterNames().InterfaceOf(name));
        Assert.Equal(0u, new FilterNames().InterfaceOf(name + "-not"));
    });

    [Fact]
    public void The_kernel_refuses_what_we_say_it_refuses() => InLab(() =>
    {
        byte[] code = SocketFilter.Parse(["src unix:x or src inet:127.0.0.1"], 0, default, new(), new FilterNames())!.Bytecode!;
        Assert.Equal(22, Assert.Throws<Sereno.Linux.LinuxException>(() => KernelDump.Of(true, SocketProtocol.Tcp, code)).Number);
    });

    // A family that the kernel refuses, where another one is selected behind it: ss reads /proc/net then, and says why.
    [Theory]
    [InlineData("-tuan src link:* or src inet:*")]
    [InlineData("-tuan src link:lo or sport inet6:22")]
    [InlineData("-tuan src vsock:1 or dst inet:127.0.0.1")]
    [InlineData("-xan src inet:1.2.3.4 or src unix:*listening")]
    [InlineData("-a4n sport = :22 and src 127.0.0.1 or autobound")]
    public void What_the_kernel_refuses_is_shown_as_ss_shows_it(string arguments) => InLab(() => Differential.SsSays(arguments));

    private static void InLab(Action action) => NetworkNamespace.Run(() =>
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ss") && Differential.Run("ss", ["-V"]).Output.Contains("iproute2-6.1"), "ss of iproute2 6.1 isn't here");
        using var lab = new SocketLab();
        foreach (int port in (int[])[22, 80, 1023, 4464, 65535])
            lab.Listen("127.0.0.1", port);
        lab.Listen("::1", 22);
        lab.Add([LabSpecimen.ListenAnyV4, LabSpecimen.ListenAnyV6, LabSpecimen.ListenV6Only, LabSpecimen.EstablishedV4, LabSpecimen.EstablishedV6, LabSpecimen.EstablishedMapped,
            LabSpecimen.TimeWaitV4, LabSpecimen.CloseWaitV6, LabSpecimen.ListenOnDevice, LabSpecimen.TcpMarked, .. Recipes.Udp, .. Recipes.Unix.Except([LabSpecimen.UnixNewline]), .. Recipes.Packet, .. Recipes.Netlink]);
        action();
    });

    private static void Check(string[] cases, Func<string, string?> compare)
    {
        var differences = new List<string>();
        foreach (string one in cases)
        {
            string? difference = compare(one);
            for (int i = 1; i < Attempts && difference is not null; i++)
                difference = compare(one);
            if (difference is not null)
                differences.Add($"{one}: {difference}");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    // Null when both say the same.
    private static string? Compare(string one, Func<string, (string Errors, int ExitCode, IEnumerable<string> Keys)> ours)
    {
        string[] parts = one.Split('|', 2);
        var theirs = Differential.Run("ss", [.. parts[0].Split(' '), "-nHe", .. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        var (errors, exit, keys) = ours(one);
        string said = theirs.Errors.Replace("RTNETLINK answers: Invalid argument\n", "");
        if (said.IndexOf("Usage: ss [ OPTIONS ]", StringComparison.Ordinal) is >= 0 and var usage)
            said = said[..usage] + "Usage";
        if ((said, theirs.ExitCode) != (errors, exit))
            return $"ss {theirs.ExitCode} <{said}>, ours {exit} <{errors}>";
        var want = theirs.Output.Split('\n').Select(line => Key(line, OptionsOf(parts[0]))).OfType<string>().Distinct().Order().ToList();
        var have = keys.Distinct().Order().ToList();
        return want.SequenceEqual(have) ? null : $"ss alone [{string.Join(", ", want.Except(have))}], ours alone [{string.Join(", ", have.Except(want))}]";
    }

    // Without a file's name, which may have any letters.
    private static string OptionsOf(string part) => part.Split(" -F")[0];

    private static (string, int, IEnumerable<string>) Rows(string one) => Rows(one, []);

    private static (string, int, IEnumerable<string>) Rows(string one, byte[] file)
    {
        string[] parts = one.Split('|', 2);
        string options = OptionsOf(parts[0]);
        bool all = options == "-a", netlink = options.Contains("netlink");
        options = netlink ? "" : options;
        var context = new FilterContext(options.Contains('4') ? SocketFamily.Inet : options.Contains('6') ? SocketFamily.Inet6 : options.Contains('x') ? SocketFamily.Unix
            : options.Contains('0') ? SocketFamily.Packet : netlink ? SocketFamily.Netlink : SocketFamily.Unspecified, all || options.Contains('t'), all || options.Contains('u'));
        try
        {
            string[] words = [.. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => w == "--")];
            var states = TcpStates.None;
            int first = StateWords.Read(words, ref states);
            var filter = SocketFilter.Parse(words, first, file, context, new FilterNames());
            var preferred = filter?.Selects ?? context.PreferredFamily;
            var rows = new List<string>();
            if ((context.Tcp || context.Udp) && filter?.Selects is null or SocketFamily.Inet or SocketFamily.Inet6)
                rows.AddRange(Everything(filter?.Bytecode, context.Tcp, context.Udp)
                    .Where(s => filter?.Selects is SocketFamily f ? f == Family(s) : preferred is not (SocketFamily.Inet or SocketFamily.Inet6) || preferred == Family(s))
                    .Where(s => filter?.Matches(s) ?? true).Select(Key));
            if ((all || options.Contains('x')) && filter?.Selects is null or SocketFamily.Unix)
                rows.AddRange(UnixRows(filter));
            if ((all || options.Contains('0')) && filter?.Selects is null or SocketFamily.Packet)
                rows.AddRange(PacketRows(filter));
            if ((all || netlink) && filter?.Selects is null or SocketFamily.Netlink)
                rows.AddRange(NetlinkRows(filter));
            return ("", 0, rows);
        }
        catch (FilterException e)
        {
            return (e.SsText + (e.ShowsUsage ? "Usage" : ""), e.ExitCode, []);
        }
    }

    private static SocketFamily Family(SocketRecord socket) => socket.IsIPv4 ? SocketFamily.Inet : SocketFamily.Inet6;

    private static IEnumerable<SocketRecord> Everything(byte[]? bytecode = null, bool tcp = true, bool udp = true) =>
        from protocol in (SocketProtocol[])[SocketProtocol.Tcp, SocketProtocol.Udp]
        where protocol == SocketProtocol.Tcp ? tcp : udp
        from ipv4 in (bool[])[true, false]
        from socket in KernelDump.Of(ipv4, protocol, bytecode)
        select socket;

    private static string Key(SocketRecord socket) => $"sk:{socket.Cookie:x}";

    // What makes a row of ss's the row of one socket; null for sockets that only ss has open, or that aren't compared.
    private static string? Key(string line, string options)
    {
        string[] fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (options.Contains("netlink") && fields.Length > 3)
            return fields[3].StartsWith("4:") ? null : "nl " + fields[3].Replace('*', '-');
        if (line.StartsWith("nl "))
            return fields[4].StartsWith("4:") ? null : "nl " + fields[4].Replace('*', '-');
        if (line.StartsWith("u_"))
            return "unix " + UnixInode().Match(line).Groups[1].Value;
        if (line.StartsWith("p_"))
            return "packet " + Inode().Match(line).Groups[1].Value;
        return line.StartsWith("icmp") || line.StartsWith("???") || line.StartsWith("mptcp") || options.Contains('w') ? null
            : Cookie().Match(line) is { Success: true } match ? match.Value : null;
    }

    private static IEnumerable<string> UnixRows(SocketFilter? filter) => Lines("unix", line =>
        ProcUnix.TryRead(line, out var socket, out var path) && socket.Inode != 0 && (filter is null || filter.Matches(socket with { Name = ProcUnix.NameOf(path) })) ? $"unix {socket.Inode}" : null);

    private static IEnumerable<string> PacketRows(SocketFilter? filter) => Lines("packet", line =>
        ProcPacket.TryRead(line, out var socket) && (filter is null || filter.Matches(socket)) ? $"packet {socket.Inode}" : null);

    private static IEnumerable<string> NetlinkRows(SocketFilter? filter) => Lines("netlink", line =>
        ProcNetlink.TryRead(line, out var socket, out _) && socket.Protocol != 4 && (filter is null || filter.Matches(socket))
            ? $"nl {socket.Protocol}:{(socket.PortId == -1 ? "-" : socket.PortId.ToString(CultureInfo.InvariantCulture))}" : null);

    private delegate string? Reader(ReadOnlySpan<byte> line);

    private static List<string> Lines(string table, Reader read)
    {
        using var lines = ProcLines.TryOpen($"/proc/thread-self/net/{table}", out _)!;
        var keys = new List<string>();
        while (lines.Next(out var line))
            if (read(line) is string key)
                keys.Add(key);
        return keys;
    }

    [GeneratedRegex(@"sk:[0-9a-f]+")]
    private static partial Regex Cookie();

    [GeneratedRegex(@"ino:(\d+)")]
    private static partial Regex Inode();

    [GeneratedRegex(@" (\d+) +\* \d+ +[<-]-[->]")]
    private static partial Regex UnixInode();
}
