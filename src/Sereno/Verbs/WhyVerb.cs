using System.CommandLine;
using Sereno.Linux;
using Sereno.Sockets;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Namespaces;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>sereno why: why a port is busy, or can't be bound.</summary>
public static class WhyVerb
{
    public static Command Build()
    {
        var what = new Argument<string>("PORT") { Description = Text.Current.Option("why-port") };
        var udp = Help.Option<bool>("--udp", "why-udp", "-u");
        var attempt = Help.Option<bool>("--try", "why-try");
        var format = Help.Output();
        var command = Help.Command("why", "sereno why 8080", "sereno why ssh", "sereno why 127.0.0.1:53 --udp", "sereno why 8080 --try");
        command.Add(what);
        foreach (var option in (Option[])[udp, attempt, format])
            command.Add(option);
        var options = new SelectionOptions().AddTo(command, "--tcp", "--udp", "--port", "--class"); // those are the question's
        command.SetAction(result =>
        {
            var selection = options.Read(result);
            var question = Parse(result.GetValue(what)!, result.GetValue(udp) ? Transport.Udp : Transport.Tcp);
            var facts = Gather(UnitsByPid.For(GlobalOptions.Instance(result).BusPath));
            var diagnosis = PortDoctor.Examine(question, facts).Only(selection, facts);
            (int, int)? tried = result.GetValue(attempt) ? Try(question) : null;
            if (tried is var (plain, reuse))
                diagnosis = diagnosis with { ReuseMayHelp = plain != 0 && reuse == 0 };
            var idle = IdleSocketUnits.At(question, result);
            if (result.GetValue(format) == "json")
                WhyJson.Write(diagnosis, facts, new(), tried, idle, StandardStreams.Output);
            else
            {
                foreach (string line in Lines(diagnosis, facts, new(), tried))
                    Prose.Write(line);
                foreach (var unit in idle)
                    Prose.Write(Text.Current.Sockets.WhyIdle(unit));
                SocketNotes.Write([facts.Here], diagnosis.Findings.Select(f => f.Owner?.Kind ?? OwnerKind.None));
            }
            return diagnosis.Verdict == PortVerdict.Free ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    /// <summary>PORT, NAME, ADDRESS:PORT or [ADDRESS]:PORT.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static PortQuestion Parse(string text, Transport transport)
    {
        if (PortRange.Parse(text) is [var port, ..])
            return port.First == port.Last ? new(port.First, transport) : throw Bad(text);
        int colon = text.LastIndexOf(':');
        if (colon < 0 || PortRange.Parse(text[(colon + 1)..]) is not [var named, ..] || named.First != named.Last)
            throw Bad(text);
        string host = text[..colon];
        return host is "*" or "" ? new(named.First, transport)
            : (host[0] == '[' || !host.Contains(':')) && AddressPrefix.TryParseAddress(host, out var address) ? new(named.First, transport, address)
            : throw Bad(text);
    }

    public static IEnumerable<string> Lines(PortDiagnosis diagnosis, PortFacts facts, ProcessTimes times, (int Plain, int Reuse)? tried)
    {
        var text = Text.Current.Sockets;
        var question = diagnosis.Question;
        if (question.Port == 0)
        {
            yield return text.PortZero($"{facts.Ports.Ephemeral.First}-{facts.Ports.Ephemeral.Last}");
            yield break;
        }
        string port = $"{(question.Address is { } address ? SocketText.EndPoint(address, question.Port) : question.Port)}/{question.Transport.Name()}";
        yield return text.WhyVerdict(diagnosis, text.PortWords(port, PortRegistry.Iana.NameOf(question.Port, question.Transport), text.ClassName(PortClasses.Of(question.Port))));
        var ranges = new LinuxPortsText($"{facts.Ports.Ephemeral.First}-{facts.Ports.Ephemeral.Last}", string.Join(',', facts.Ports.Reserved), facts.Ports.UnprivilegedStart);
        foreach (var finding in diagnosis.Findings)
        {
            string end = finding.Socket is { } socket ? SocketText.EndPoint(socket.Local, socket.LocalPort) : "";
            string who = finding.Owner is { } owner ? SocketText.Who(owner, times) : "";
            string overlap = finding.Socket is null ? "" : text.WhyOverlap(finding.Overlap);
            yield return $"- {text.WhyFinding(finding, ranges, end, who)}{(overlap.Length > 0 ? " " + overlap : "")}";
            string act = text.WhyAct(finding, finding.Owner?.Unit, [.. (finding.Owner?.Holders ?? []).Select(h => h.Pid).Distinct()]);
            if (act.Length > 0)
                yield return "  " + act;
        }
        foreach (var shared in diagnosis.Findings.Where(f => f.Kind == PortFindingKind.Listener).GroupBy(f => f.Socket!.Value.Local).Where(g => g.Sum(f => f.Count) > 1))
            yield return text.WhyReusePort(SocketText.EndPoint(shared.Key, question.Port));
        if (tried is var (plain, reuse))
            yield return text.WhyTried(ErrorText(plain), ErrorText(reuse));
    }

    private static PortFacts Gather(IUnitResolver units)
    {
        var list = NetworkNamespaces.List(units);
        // Every namespace at once: one look at the owners serves them all.
        var captured = NetworkNamespaces.Capture(list.All, new SocketQuery { States = PortFacts.States }, units);
        foreach (var failed in captured)
            SocketSource.WriteFailure(failed, silent: true);
        if (list.MayHide)
            StandardStreams.Errors.WriteLine(Text.Current.Sockets.HiddenNamespaces(list.HiddenProcesses, SocketNotes.MayTrace));
        PlacedSockets[] places = [.. from c in captured where c.Table is not null
                                     select new PlacedSockets(c.Namespace.IsOurs ? null : c.Namespace.Name, c.Table!.WithBoundInactive(), c.Network) { Ports = c.Ports }];
        // Ours is the first, and can always be looked into.
        return new(places[0], places[1..], places[0].Ports!, PortFacts.ReadMayBindPrivileged())
        {
            HiddenNamespaces = captured.Count - places.Length, HiddenProcesses = list.HiddenProcesses,
        };
    }

    private static (int, int) Try(PortQuestion question)
    {
        Span<byte> bytes = stackalloc byte[16];
        var address = question.Address ?? new(false, 0, 0);
        int length = address.WriteBytes(bytes);
        bool udp = question.Transport == Transport.Udp;
        return (BindTest.Try(bytes[..length], question.Port, udp, reuse: false), BindTest.Try(bytes[..length], question.Port, udp, reuse: true));
    }

    private static string? ErrorText(int errno) => errno == 0 ? null : Text.Current.Sockets.BindError(errno) ?? Errno.Text(errno);

    private static FormatException Bad(string text) => new(Text.Current.Sockets.NotAPort(text));
}
