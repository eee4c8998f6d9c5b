using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sereno.Serve;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>serve http|echo: a small server in the foreground, for examples and tests.</summary>
public static class ServeVerb
{
    public static Command Build()
    {
        var protocol = new Argument<string>("PROTOCOL") { Description = "http, echo" };
        protocol.AcceptOnlyFromAmong("http", "echo");
        var address = new Option<string>("--address", "-a") { Description = Text.Current.Option("address"), HelpName = "ADDRESS:PORT", Required = true };
        var command = Help.Command("serve",
            "sereno serve http --address 127.0.0.1:8080",
            "sereno serve echo --address '[::1]:7007'");
        command.Add(protocol);
        command.Add(address);
        command.SetAction(r => Run(r.GetValue(protocol)!, r.GetValue(address)!));
        return command;
    }

    private static int Run(string name, string address)
    {
        // IPEndPoint takes an address without a port for port 0, and an IPv6 address without brackets.
        if (!IPEndPoint.TryParse(address, out var end) || !address.EndsWith($":{end.Port}", StringComparison.Ordinal) || end.AddressFamily == AddressFamily.InterNetworkV6 && address[0] != '[')
        {
            StandardStreams.Errors.WriteLine($"sereno: {Text.Current.InvalidAddress(address)}");
            return ExitCodes.InvalidArgument;
        }
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        Server server;
        try
        {
            server = Server.Listen(end, name == "http" ? new HttpProtocol() : new EchoProtocol(), StandardStreams.Text);
        }
        catch (SocketException e)
        {
            StandardStreams.Errors.WriteLine($"sereno: {Text.Current.CannotListen(address, e.Message)}");
            return ExitCodes.Failure;
        }
        using (server)
        {
            StandardStreams.Text.WriteLine(Text.Current.ServeReady(name, server.Address.ToString()));
            StandardStreams.Text.Flush();
            Server.Notify($"READY=1\nSTATUS={Text.Current.ServeReady(name, server.Address.ToString())}");
            server.RunAsync(stop.Token).GetAwaiter().GetResult();
        }
        return 0;
    }
}
