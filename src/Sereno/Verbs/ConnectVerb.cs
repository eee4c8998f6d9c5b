using System.CommandLine;
using System.Net.Sockets;
using Sereno.Bus.Client;
using Sereno.Connect;
using Sereno.Linux;
using Sereno.Sockets.Ports;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>connect: a client of TCP, UDP and Unix sockets, one connection or many.</summary>
public static class ConnectVerb
{
    /// <summary>What help calls the target, and completion knows it by.</summary>
    internal const string TargetName = "HOST:PORT|PATH|UNIT";

    private static readonly TimeSpan s_loadTimeout = TimeSpan.FromSeconds(30);

    public static Command Build()
    {
        var target = new Argument<string>("TARGET") { Description = Text.Current.Option("connect-target"), HelpName = TargetName };
        var udp = Help.Option<bool>("--udp", "connect-udp", "-u");
        var ipv4 = Help.Option<bool>("--ipv4", "connect-ipv4", "-4");
        var ipv6 = Help.Option<bool>("--ipv6", "connect-ipv6", "-6");
        var timeout = Time("--timeout", "connect-timeout", "-w");
        var hold = Help.Option<bool>("--hold", "connect-hold");
        var duration = Time("--max-time", "connect-duration", "--duration");
        var count = Help.Option<long?>("--count", "connect-count", "-n");
        var concurrency = Help.Option<int?>("--concurrency", "connect-concurrency", "-c");
        count.HelpName = concurrency.HelpName = "N";
        var verbose = Help.Option<bool>("--verbose", "connect-verbose", "-v");
        var states = Help.Option<bool>("--states", "connect-states", "-s");
        var format = Help.Output();
        var command = Help.Command("connect", "sereno connect localhost:http", "echo hello | sereno connect 127.0.0.1:7007 --states", "sereno connect echo.socket",
            "sereno connect /run/app.sock", "sereno connect 127.0.0.1:8080 --count 1000 --concurrency 64", "sereno connect '[::1]:8080' --hold -v", "sereno connect 127.0.0.1:chargen --max-time 2s", "echo hello | sereno connect 127.0.0.1:7007 --udp");
        command.Add(target);
        foreach (var option in (Option[])[udp, ipv4, ipv6, timeout, hold, duration, count, concurrency, verbose, states, format])
            command.Add(option);
        command.SetAction(r =>
        {
            var family = (r.GetValue(ipv4), r.GetValue(ipv6)) switch
            {
                (true, true) => throw new FormatException(Text.Current.Connect.OneFamily),
                (true, false) => AddressFamily.InterNetwork,
                (false, true) => AddressFamily.InterNetworkV6,
                _ => (AddressFamily?)null,
            };
            var destination = Find(r, ConnectTarget.Parse(r.GetValue(target)!, r.GetValue(udp) ? Transport.Udp : Transport.Tcp), r.GetValue(udp), family);
            var wait = Read(r, timeout);
            bool json = r.GetValue(format) == "json";
            if (Positive(r, count) is { } many)
                return new LoadReport(destination, json).Run(targets => new(targets, many,
                    (int)Math.Min(Positive(r, concurrency) ?? (r.GetValue(hold) ? many : 1), int.MaxValue), r.GetValue(hold) ? [] : LoadReport.ReadRequest(),
                    wait ?? s_loadTimeout, r.GetValue(hold), Read(r, duration)));
            return new ConnectRun
            {
                Destination = destination,
                Timeout = wait,
                Duration = Read(r, duration),
                Holds = r.GetValue(hold),
                Verbose = r.GetValue(verbose),
                States = r.GetValue(states),
                Json = json,
                Units = () => UnitsByPid.For(GlobalOptions.Instance(r).BusPath),
            }.Run();
        });
        return command;
    }

    private static Destination Find(ParseResult result, ConnectTarget target, bool udp, AddressFamily? family)
    {
        switch (target)
        {
            case HostTarget host:
                return new(host.Shown, host.Resolve(family), [udp ? ListenerKind.Datagram : ListenerKind.Stream]);
            case PathTarget path:
                return new(path.Path, [new(null, path.Path)], udp ? [ListenerKind.Datagram] : [ListenerKind.Stream, ListenerKind.SequentialPacket, ListenerKind.Datagram]);
            case UnitTarget unit:
                using (var client = GlobalOptions.Connect(result))
                {
                    var (addresses, kind) = new UnitAddresses(new ManagerProxy(client)).Of(unit.Name, udp);
                    return new(unit.Name, addresses, [kind]);
                }
            default:
                throw new ArgumentException(target.Shown);
        }
    }

    private static Option<string?> Time(string name, string text, params string[] aliases)
    {
        var option = Help.Option<string?>(name, text, aliases);
        option.HelpName = "TIME";
        return option;
    }

    private static TimeSpan? Read(ParseResult result, Option<string?> option)
    {
        if (result.GetValue(option) is not { } text)
            return null;
        return TimeSpans.TryParse(text, out ulong usec) && usec is > 0 and < 100 * TimeSpans.Year
            ? TimeSpan.FromMicroseconds(usec) : throw new FormatException(Text.Current.InvalidValue(option.Name, Printable.Of(text)));
    }

    private static long? Positive<T>(ParseResult result, Option<T> option) => result.GetValue(option) is not { } value ? null
        : Convert.ToInt64(value) is > 0 and var number ? number : throw new FormatException(Text.Current.InvalidValue(option.Name, $"{value}"));
}
