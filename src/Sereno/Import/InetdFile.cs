using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Import;

/// <summary>inetd.conf (inetd(8)): a service is a line of fields.</summary>
public sealed class InetdFile(string path, Importing import)
{
    private const int Fields = 7;
    private static readonly char[] s_blanks = [' ', '\t', '\v', '\f'];
    private IReadOnlyList<string> _addresses = [];

    public void Read(IEnumerable<(int Number, string Text)> lines)
    {
        foreach (var (number, text) in Joined(lines))
        {
            string[] fields = text.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [[.. var only, ':']])
                _addresses = only == "*" ? [] : only.Split(',');
            else if (fields.Length < Fields && !(fields.Length == Fields - 1 && fields[^1] == "internal"))
                import.Note(path, number, ImportProblem.FewFields);
            else
                Take(number, fields);
        }
    }

    /// <summary>A line that begins with a blank goes on with the one before.</summary>
    private static IEnumerable<(int Number, string Text)> Joined(IEnumerable<(int Number, string Text)> lines)
    {
        (int Number, string Text)? current = null;
        foreach (var (number, text) in lines)
        {
            if (text.StartsWith('#') || text.Trim(s_blanks).Length == 0)
                continue;
            if (text[0] is ' ' or '\t' && current is { } begun)
            {
                current = (begun.Number, begun.Text + text);
                continue;
            }
            if (current is { } whole)
                yield return whole;
            current = (number, text);
        }
        if (current is { } last)
            yield return last;
    }

    private void Take(int line, string[] fields)
    {
        void Refuse(ImportProblem problem, string word = "") => import.Note(path, line, problem, word);
        string service = fields[0], type = fields[1], program = fields[5];
        string[] protocol = fields[2].Split(','), wait = fields[3].Split(['.', ':'], 2), most = wait[0].Split('/');
        var addresses = _addresses;
        bool unix = protocol[0] == "unix";
        if (!unix && service.LastIndexOf(':') is >= 0 and var colon)
        {
            addresses = service[..colon] is "*" or "" ? [] : service[..colon].Split(',');
            service = service[(colon + 1)..];
        }
        if (protocol[0].StartsWith("rpc/", StringComparison.Ordinal))
        {
            Refuse(ImportProblem.Rpc);
            return;
        }
        if (service.StartsWith("tcpmux", StringComparison.Ordinal))
        {
            Refuse(ImportProblem.Mux);
            return;
        }
        // FreeBSD's inetd: how many processes, starts of a client in a minute, processes of a client.
        if ((wait[0] = most[0]) is not ("wait" or "nowait") || most.Length > 4)
        {
            Refuse(ImportProblem.BadValue, fields[3]);
            return;
        }
        if (Listens(line, unix, service, type, protocol[0], addresses) is not { } socket || Buffers(line, protocol[1..]) is not { } buffers
            || Account(line, fields[4]) is not var (user, group) || Command(line, service, program, fields[6..]) is not var (command, ours))
            return;
        socket.AddRange(buffers);
        if (Limits(line, fields[3], most[1..], wait.Length == 2 ? wait[1] : null) is not { } limits)
            return;
        socket.AddRange(limits);
        bool datagrams = type == "dgram", waits = wait[0] == "wait" || datagrams;
        if (datagrams && wait[0] == "nowait" && !ours)
            Refuse(ImportProblem.DatagramPerProcess);
        import.Add(new()
        {
            File = path,
            Line = line,
            UnitName = service + (protocol[0] is [.., '4' or '6'] ? "-" + protocol[0] : datagrams && !unix ? "-udp" : ""),
            Description = service,
            Waits = waits,
            User = user,
            Group = group,
            Command = command,
            IsOurs = ours,
            SocketLines = socket,
        });
    }

    /// <param name="counts">Processes, starts of a client in a minute, processes of a client; 0 for any number.</param>
    /// <param name="rate">Starts in a minute.</param>
    private List<string>? Limits(int line, string word, string[] counts, string? rate)
    {
        var lines = new List<string>();
        foreach (var (number, setting) in counts.Zip((string[])["MaxConnections", "", "MaxConnectionsPerSource"]))
            if (!uint.TryParse(number, System.Globalization.NumberStyles.None, null, out uint limit))
                return Refuse();
            else if (limit > 0 && setting.Length > 0)
                lines.Add($"{setting}={limit}");
            else if (limit > 0)
                import.Note(path, line, ImportProblem.NoEquivalent, word);
        if (rate is null)
            return lines;
        if (!uint.TryParse(rate, System.Globalization.NumberStyles.None, null, out uint burst) || burst == 0)
            return Refuse();
        import.Note(path, line, ImportProblem.Rate, rate);
        return [.. lines, "TriggerLimitIntervalSec=60s", $"TriggerLimitBurst={burst}"];

        List<string>? Refuse()
        {
            import.Note(path, line, ImportProblem.BadValue, word);
            return null;
        }
    }

    private List<string>? Listens(int line, bool unix, string service, string type, string protocol, IReadOnlyList<string> addresses)
    {
        if (unix)
        {
            if (!Paths.IsAbsolute(service) || !Paths.IsNormalized(service) || ListenAddress.Read(service, out _) != ParseError.None)
                import.Note(path, line, ImportProblem.BadAddress, service);
            else if (type is "stream" or "dgram")
                return [$"Listen{(type == "stream" ? "Stream" : "Datagram")}={service.Replace("%", "%%", StringComparison.Ordinal)}"];
            else
                import.Note(path, line, ImportProblem.BadSocketType, type);
            return null;
        }
        if (import.Machine.PortOf(service, type == "dgram") is not { } port)
        {
            import.Note(path, line, ImportProblem.NoPort, service);
            return null;
        }
        var lines = ListenLines.Internet(type, protocol, addresses, port, out var why);
        if (lines is null)
            import.Note(path, line, why.Problem, why.Word);
        return lines;
    }

    private List<string>? Buffers(int line, string[] options)
    {
        var lines = new List<string>();
        foreach (string option in options)
        {
            string[] parts = option.Split('=', 2);
            string? key = parts[0] switch { "sndbuf" => "SendBuffer", "rcvbuf" => "ReceiveBuffer", _ => null };
            string size = parts.Length == 2 ? parts[1].ToUpperInvariant() : "";
            if (key is null || Sizes.Read(size, out ulong bytes) != ParseError.None || bytes is 0 or > int.MaxValue)
            {
                import.Note(path, line, ImportProblem.BadValue, option);
                return null;
            }
            lines.Add($"{key}={size}");
        }
        return lines;
    }

    private (string? User, string? Group)? Account(int line, string text)
    {
        int mark = text.IndexOf(':') is >= 0 and var colon ? colon : text.IndexOf('.');
        string user = mark < 0 ? text : text[..mark];
        string? group = mark < 0 ? null : text[(mark + 1)..];
        foreach (string name in group is null ? (string[])[user] : [user, group])
            if (!Validity.IsUserOrGroup(name))
            {
                import.Note(path, line, ImportProblem.BadUser, name);
                return null;
            }
        return (user == "root" && group is null ? null : user, group);
    }

    private (IReadOnlyList<string> Command, bool IsOurs)? Command(int line, string service, string program, string[] arguments)
    {
        if (program == "internal")
        {
            if (InternalServices.Ours(service) is { } name)
                return ([import.Machine.Sereno, "sereno", "serve", name], true);
            import.Note(path, line, ImportProblem.NoInternal, service);
            return null;
        }
        if (!ImportedPrograms.IsProgram(program))
        {
            import.Note(path, line, ImportProblem.BadProgram, program);
            return null;
        }
        if (ImportedPrograms.IsWrapper(program))
        {
            if (import.Machine.HasProgram(program))
                import.Note(path, line, ImportProblem.Wrapped, program);
            else if (ImportedPrograms.Unwrapped(arguments[0]) is { } inner)
            {
                import.Note(path, line, ImportProblem.Unwrapped, program);
                program = inner;
            }
            else
            {
                import.Note(path, line, ImportProblem.BadProgram, arguments[0]);
                return null;
            }
        }
        return ([program, .. arguments], false);
    }
}
