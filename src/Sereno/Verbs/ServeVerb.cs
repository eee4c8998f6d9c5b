using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sereno.Linux;
using Sereno.Roles;
using Sereno.Serve;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Verbs;

/// <summary>serve: a small server, for examples and tests. It listens itself, or serves what it was started with.</summary>
public static class ServeVerb
{
    public static Command Build()
    {
        var protocol = new Argument<string>("PROTOCOL") { Description = string.Join(", ", Protocols.Names), HelpName = string.Join('|', Protocols.Names) };
        protocol.AcceptOnlyFromAmong(Protocols.Names);
        var address = new Option<string?>("--address", "-a") { Description = Text.Current.Option("address"), HelpName = "ADDRESS:PORT" };
        var udp = Help.Option<bool>("--udp", "serve-udp", "-u");
        var slow = Help.Option<string?>("--slow", "serve-slow");
        slow.HelpName = "TIME";
        var dedicated = Help.Option<bool>("--dedicated", "serve-dedicated");
        var once = Help.Option<bool>("--once", "serve-once");
        var command = Help.Command("serve",
            "sereno serve http --address 127.0.0.1:8080",
            "sereno serve echo --address '[::1]:7007'",
            "sereno serve time --address 127.0.0.1:7013 --slow 3s --dedicated");
        command.Add(protocol);
        foreach (var option in (Option[])[address, udp, slow, dedicated, once])
            command.Add(option);
        command.SetAction(r =>
        {
            string name = r.GetValue(protocol)!;
            var run = new ServeRun(name, Protocols.Make(name, Delay(r.GetValue(slow))), new(r.GetValue(dedicated), r.GetValue(once)));
            return r.GetValue(address) is { } own ? run.Listen(own, r.GetValue(udp)) : run.ServePassed();
        });
        return command;
    }

    private static TimeSpan Delay(string? text)
    {
        if (text is null)
            return TimeSpan.Zero;
        return TimeSpans.TryParse(text, out ulong usec) && usec < TimeSpans.Day ? TimeSpan.FromMicroseconds(usec)
            : throw new FormatException(Text.Current.InvalidValue("--slow", text));
    }
}

/// <summary>One run of the serve verb.</summary>
internal sealed class ServeRun(string name, Protocol protocol, ServerOptions options)
{
    public int Listen(string address, bool udp)
    {
        // IPEndPoint takes an address without a port for port 0, and an IPv6 address without brackets.
        if (!IPEndPoint.TryParse(address, out var end) || !address.EndsWith($":{end.Port}", StringComparison.Ordinal) || end.AddressFamily == AddressFamily.InterNetworkV6 && address[0] != '[')
            return Complain(Text.Current.InvalidAddress(address));
        try
        {
            if (!udp)
                return Run([Server.Listen(end, protocol, StandardStreams.Text, options)], [], [], StandardStreams.Text);
            var socket = new Socket(end.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(end);
            return ServeDatagrams([], [socket], StandardStreams.Text);
        }
        catch (SocketException e)
        {
            StandardStreams.Errors.WriteLine($"sereno: {Text.Current.CannotListen(address, e.Message)}{Hint(e.SocketErrorCode, end, udp)}");
            return ExitCodes.Failure;
        }
    }

    /// <summary>Who has to do what about it.</summary>
    private static string Hint(SocketError error, IPEndPoint end, bool udp) => error switch
    {
        SocketError.AddressAlreadyInUse when ListenFailures.Holder(new InternetAddress(end.Address, (ushort)end.Port, null), !udp, _ => null) is { } holder => $": {Printable.Of(Text.Current.Connect.HasIt(holder))}",
        SocketError.AccessDenied when ListenFailures.UnprivilegedStart is var first && end.Port < first => $": {Text.Current.Connect.PortNeedsRight(first)}",
        _ => "",
    };

    /// <summary>What a service manager or inetd has opened for us: listening sockets, a connection, a datagram socket.</summary>
    public int ServePassed()
    {
        var passed = PassedSockets.Take();
        if (passed.Count == 0)
            return Complain(Text.Current.Connect.NothingToServe);
        var output = LogFor(passed);
        var listeners = new List<Server>();
        List<Socket> clients = [], datagrams = [];
        foreach (int fd in passed)
        {
            var kind = PassedSockets.KindOf(fd);
            if (kind == PassedKind.None)
                return Complain(Text.Current.Connect.NotASocket(fd));
            var socket = new Socket(new SafeSocketHandle(fd, ownsHandle: true));
            if (kind == PassedKind.Listening)
                listeners.Add(new(socket, protocol, output, options));
            else
                (kind == PassedKind.Datagram ? datagrams : clients).Add(socket);
        }
        return datagrams.Count > 0 ? ServeDatagrams(listeners, datagrams, output) : Run(listeners, clients, datagrams, output);
    }

    private int ServeDatagrams(List<Server> listeners, List<Socket> datagrams, TextWriter output) => protocol.SpeaksDatagrams
        ? Run(listeners, [], datagrams, output) : Complain(Text.Current.Connect.NoDatagrams(name));

    private int Run(IReadOnlyList<Server> listeners, IReadOnlyList<Socket> clients, IReadOnlyList<Socket> datagrams, TextWriter output)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        void Log(string line)
        {
            lock (output)
            {
                output.WriteLine(line);
                output.Flush();
            }
        }
        string[] addresses = [.. listeners.Select(l => PeerName.Of(l.Address)), .. datagrams.Select(d => PeerName.Of(d.LocalEndPoint) + "/udp")];
        if (addresses.Length > 0)
        {
            string ready = Text.Current.ServeReady(name, string.Join(", ", addresses));
            Log(ready);
            Server.Notify($"READY=1\nSTATUS={ready}");
        }
        Task[] tasks = [.. listeners.Select(l => l.RunAsync(stop.Token)), .. clients.Select(c => Server.ServeAsync(c, protocol, Log, stop.Token)),
            .. datagrams.Select(d => DatagramServer.RunAsync(d, protocol, options.Once, Log, stop.Token))];
        (options.Once ? Task.WhenAny(tasks).Unwrap() : Task.WhenAll(tasks)).GetAwaiter().GetResult();
        foreach (var listener in listeners)
            listener.Dispose();
        foreach (var socket in datagrams)
            socket.Dispose();
        return 0;
    }

    /// <summary>The log goes where the client doesn't read it: inetd(8) makes the connection all three streams.</summary>
    private static TextWriter LogFor(IReadOnlyList<int> passed) =>
        !passed.Any(fd => PassedSockets.AreSame(fd, 1)) ? StandardStreams.Text
        : !passed.Any(fd => PassedSockets.AreSame(fd, 2)) ? StandardStreams.Errors : TextWriter.Null;

    private static int Complain(string message)
    {
        StandardStreams.Errors.WriteLine($"sereno: {message}");
        return ExitCodes.InvalidArgument;
    }
}
