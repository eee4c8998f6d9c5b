using System.CommandLine;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Views;

namespace Sereno.Verbs;

/// <summary>sereno ss: what iproute2's ss prints, of TCP and UDP sockets.</summary>
public static class SsVerb
{
    internal const string Usage = """
        Usage: ss [OPTION]... [state NAME | exclude NAME]...
          -t, --tcp          TCP sockets              -u, --udp          UDP sockets
          -4, --ipv4         IPv4 only                -6, --ipv6         IPv6 only
          -f, --family=inet|inet6                     -A, --query=tcp,udp
          -a, --all          every state              -l, --listening    listening and unconnected ones
          -n, --numeric      port numbers             -p, --processes    who holds each socket
          -o, --options      timers                   -e, --extended     timers, uid, inode, cookie, cgroup
              --cgroup       cgroup                   -H, --no-header    no header line
          -O, --oneline      (always)                 -V, --version      -h, --help
        States: all connected synchronized bucket big established syn-sent syn-recv fin-wait-1 fin-wait-2
                time-wait closed close-wait last-ack listening closing
        Examples:
          ss -tuln                 the ports that are open
          ss -tanp                 every TCP socket and its processes
          ss -tn state close-wait  connections that a program here forgot to close

        """;

    /// <summary>The command for sereno's own command line; everything after its name is read by Run.</summary>
    public static Command Build()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "ss's own options", Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("ss", "sereno ss -tuln", "sereno ss -tanp");
        command.Add(arguments);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result => Run([.. result.GetValue(arguments) ?? [], .. result.UnmatchedTokens]));
        return command;
    }

    /// <summary>Does what ss does with these arguments, on this process's standard output.</summary>
    /// <returns>ss's exit code: 0, or 255 for a command line that can't be.</returns>
    public static int Run(IReadOnlyList<string> arguments) =>
        Run(arguments, StandardStreams.Output, StandardStreams.Errors, Terminal.WidthOf(1));

    /// <param name="terminalWidth">Columns to lay out for; null where the output isn't a terminal.</param>
    public static int Run(IReadOnlyList<string> arguments, Stream output, TextWriter errors, int? terminalWidth)
    {
        var ask = new SsArguments();
        if (ask.Read(arguments, output, errors) is int exit)
            return exit;
        if (ask.ShowsLess)
            errors.WriteLine("ss: TCP and UDP only: raw, Unix, packet, netlink and other sockets are not shown");
        try
        {
            var table = SocketTable.Capture(ask.Query);
            if (table.Inconsistent)
                errors.WriteLine("ss: sockets came and went during the listing: some may be missing");
            SsView.Write(table, ask.Options, output, terminalWidth);
            return 0;
        }
        catch (LinuxException e)
        {
            errors.WriteLine($"ss: {e.Message}");
            return 1;
        }
    }
}
