using System.Globalization;
using Sereno.Texts;
using Sereno.Units.Values;

namespace Sereno.Import;

/// <summary>One service of xinetd, its defaults filled in, made into units.</summary>
public sealed class XinetdService
{
    // xinetd.conf(5): those that know += and -=.
    private static readonly string[] s_lists = ["only_from", "no_access", "log_on_success", "log_on_failure", "passenv", "env"];

    private static readonly (string Attribute, string Setting)[] s_limits =
        [("rlimit_as", "LimitAS"), ("rlimit_files", "LimitNOFILE"), ("rlimit_cpu", "LimitCPU"), ("rlimit_data", "LimitDATA"), ("rlimit_rss", "LimitRSS"), ("rlimit_stack", "LimitSTACK")];

    private static readonly string[] s_withoutEquivalent =
        ["access_times", "max_load", "banner", "banner_success", "banner_fail", "deny_time", "mdns", "libwrap", "groups"];

    private static readonly string[] s_logging = ["log_type", "log_on_success", "log_on_failure"];

    // Looked at elsewhere here.
    private static readonly string[] s_known =
        ["id", "type", "flags", "disable", "socket_type", "protocol", "wait", "user", "group", "instances", "nice", "server", "server_args", "only_from", "no_access", "rpc_version", "rpc_number",
         "env", "passenv", "port", "redirect", "bind", "interface", "per_source", "cps", "umask", "enabled", "disabled"];

    private readonly XinetdEntry _entry;
    private readonly Importing _import;
    private readonly Dictionary<string, (int Line, List<string> Values)> _values = [];

    public XinetdService(XinetdEntry entry, IReadOnlyList<XinetdAttribute> defaults, Importing import)
    {
        (_entry, _import) = (entry, import);
        foreach (var attribute in defaults)
            Apply(attribute with { Line = entry.Line }, cumulative: true);
        foreach (var attribute in entry.Attributes)
            Apply(attribute, cumulative: false);
    }

    private string Id => First("id") ?? _entry.Name;

    public void Convert()
    {
        if (!_import.All && IsDisabled)
        {
            Note(ImportProblem.Disabled, null, Printable.Of(Id));
            return;
        }
        var types = Values("type");
        var flags = Values("flags");
        ImportProblem? never = types.Contains("RPC") ? ImportProblem.Rpc : types.Any(t => t.StartsWith("TCPMUX", StringComparison.Ordinal)) ? ImportProblem.Mux
            : flags.Contains("SENSOR") ? ImportProblem.Sensor : null;
        if (never is { } problem)
        {
            Note(problem);
            return;
        }
        bool isInternal = types.Contains("INTERNAL"), datagrams = First("socket_type") == "dgram";
        if (Waits() is not { } waits || Listens() is not { } socket || Command(isInternal) is not var (command, ours)
            || Account("user") is not { } user || Account("group") is not { } group || Accesses() is not { } access || Numbers(waits) is not { } limits || Surroundings() is not { } service)
            return;
        socket.AddRange(access); // connections belong to the control group of the socket that they came by
        socket.AddRange(limits);
        socket.AddRange(Flags(flags));
        if (datagrams && !waits && !ours)
            Note(ImportProblem.DatagramPerProcess, "wait");
        _import.Add(new()
        {
            File = _entry.File,
            Line = _entry.Line,
            UnitName = Has("id") ? Id : _entry.Name + (datagrams ? "-udp" : ""),
            Description = Id,
            Waits = waits || datagrams,
            User = user is "" or "root" && group == "" ? null : user == "" ? null : user,
            Group = group == "" ? null : group,
            Command = command,
            IsOurs = ours,
            SocketLines = socket,
            ServiceLines = service,
        });
        foreach (string name in s_withoutEquivalent.Where(n => Has(n) && !(n == "groups" && First(n) == "yes")))
            Note(ImportProblem.NoEquivalent, name, name);
        if (s_logging.FirstOrDefault(Has) is { } log)
            Note(ImportProblem.Logging, log, log);
        foreach (string name in _values.Keys.Where(n => !s_known.Contains(n) && !s_withoutEquivalent.Contains(n) && !s_logging.Contains(n) && !s_limits.Any(l => l.Attribute == n)))
            Note(ImportProblem.UnknownAttribute, name, Printable.Of(name));
    }

    private bool IsDisabled => First("disable") == "yes" || Values("flags").Contains("DISABLE") || Values("disabled").Contains(Id) || (Has("enabled") && !Values("enabled").Contains(Id));

    private bool Has(string name) => _values.ContainsKey(name);

    private IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var found) ? found.Values : [];

    private string? First(string name) => Values(name) is [var first, ..] ? first : null;

    private int LineOf(string? name) => name is not null && _values.TryGetValue(name, out var found) ? found.Line : _entry.Line;

    private void Note(ImportProblem problem, string? attribute = null, string word = "") => _import.Note(_entry.File, LineOf(attribute), problem, word);

    private void Apply(XinetdAttribute attribute, bool cumulative)
    {
        bool adds = s_lists.Contains(attribute.Name) && (cumulative || attribute.Operator == "+="), removes = attribute.Operator == "-=";
        bool there = _values.TryGetValue(attribute.Name, out var before);
        _values[attribute.Name] = (attribute.Line, removes ? [.. there ? before.Values.Except(attribute.Values) : []]
            : adds && there ? [.. before.Values, .. attribute.Values] : [.. attribute.Values]);
    }

    private bool? Waits()
    {
        switch (First("wait"))
        {
            case "yes": return true;
            case "no": return false;
            case null: Note(ImportProblem.Missing, null, "wait"); return null;
            case var other: Note(ImportProblem.BadValue, "wait", Printable.Of(other)); return null;
        }
    }

    private List<string>? Listens()
    {
        string type = First("socket_type") ?? "stream", protocol = First("protocol") ?? (type == "dgram" ? "udp" : "tcp");
        bool datagrams = type == "dgram";
        string named = First("port") ?? _entry.Name;
        if (_import.Machine.PortOf(named, datagrams) is not { } port)
        {
            Note(ImportProblem.NoPort, "port", Printable.Of(named));
            return null;
        }
        var flags = Values("flags");
        if (protocol is "tcp" or "udp")
            protocol += flags.Contains("IPv6") ? "6" : flags.Contains("IPv4") ? "4" : "";
        string? bind = Has("bind") ? "bind" : Has("interface") ? "interface" : null;
        string[] addresses = bind is null || First(bind) is not { } address ? [] : [address];
        var lines = ListenLines.Internet(type, protocol, addresses, port, out var why);
        if (lines is null)
            Note(why.Problem, bind ?? "protocol", Printable.Of(why.Word));
        return lines;
    }

    private (IReadOnlyList<string> Command, bool IsOurs)? Command(bool isInternal)
    {
        if (isInternal)
        {
            if (InternalServices.Ours(_entry.Name) is { } name)
                return ([_import.Machine.Sereno, "sereno", "serve", name], true);
            Note(ImportProblem.NoInternal, "type", Printable.Of(_entry.Name));
            return null;
        }
        // A process that carries both ways between its client and another server: connect does that.
        if (Values("redirect") is [var host, var port, ..])
        {
            if (host.Contains('/') || host.StartsWith('-') || host.Any(char.IsControl) || _import.Machine.PortOf(port, udp: false) is not { } number)
            {
                Note(ImportProblem.BadValue, "redirect", Printable.Of($"{host} {port}"));
                return null;
            }
            return ([_import.Machine.Sereno, "sereno", "connect", $"{(host.Contains(':') && host[0] != '[' ? $"[{host}]" : host)}:{number}"], true);
        }
        if (First("server") is not { } program)
        {
            Note(ImportProblem.Missing, null, "server");
            return null;
        }
        IReadOnlyList<string> arguments = Values("server_args");
        // xinetd gives the whole path as argv[0]; with this flag, its first argument.
        string[] words = Values("flags").Contains("NAMEINARGS") && arguments.Count > 0 ? [.. arguments] : [program, .. arguments];
        if (ImportedPrograms.IsWrapper(program) && !_import.Machine.HasProgram(program))
        {
            Note(ImportProblem.Unwrapped, "server", Printable.Of(program));
            program = ImportedPrograms.Unwrapped(words[0]) ?? "";
        }
        if (ImportedPrograms.IsProgram(program))
            return ([program, .. words], false);
        Note(ImportProblem.BadProgram, "server", Printable.Of(program));
        return null;
    }

    /// <returns>Empty where nothing is said.</returns>
    private string? Account(string attribute)
    {
        if (First(attribute) is not { } name)
            return "";
        if (Validity.IsUserOrGroup(name))
            return name;
        Note(ImportProblem.BadUser, attribute, Printable.Of(name));
        return null;
    }

    private List<string>? Accesses()
    {
        var lines = AccessLists.Lines(Has("only_from") ? Values("only_from") : null, Values("no_access"), (problem, word) => Note(problem, problem == ImportProblem.CannotKeepOut ? "no_access" : "only_from", Printable.Of(word)));
        return lines;
    }

    private List<string>? Numbers(bool waits)
    {
        const int unlimited = 1000; // no limit there, and the default of units is 64
        var lines = new List<string>();
        if (!waits && First("socket_type") != "dgram")
            foreach (var (attribute, setting, otherwise) in ((string, string, int)[])[("instances", "MaxConnections", unlimited), ("per_source", "MaxConnectionsPerSource", 0)])
                if (First(attribute) is not { } text || text == "UNLIMITED")
                {
                    if (otherwise > 0)
                        lines.Add($"{setting}={otherwise}");
                }
                else if (Unsigned(attribute, text) is { } number)
                    lines.Add($"{setting}={number}");
                else
                    return null;
        if (Values("cps") is [var rate, ..] cps)
        {
            if (Unsigned("cps", rate) is not { } most)
                return null;
            lines.AddRange(["TriggerLimitIntervalSec=1s", $"TriggerLimitBurst={most}"]);
            Note(ImportProblem.Pause, "cps", Printable.Of(cps.Count > 1 ? cps[1] : "10"));
        }
        return lines;
    }

    private uint? Unsigned(string attribute, string text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number > 0)
            return number;
        Note(ImportProblem.BadValue, attribute, Printable.Of(text));
        return null;
    }

    private static IEnumerable<string> Flags(IReadOnlyList<string> flags)
    {
        if (flags.Contains("NODELAY"))
            yield return "NoDelay=yes";
        if (flags.Contains("KEEPALIVE"))
            yield return "KeepAlive=yes";
    }

    /// <summary>What a process of it gets besides.</summary>
    private List<string>? Surroundings()
    {
        var lines = new List<string>();
        foreach (string flag in Values("flags").Where(f => f is "IDONLY" or "INTERCEPT" or "LABELED"))
            Note(ImportProblem.NoEquivalent, "flags", flag);
        if (First("nice") is { } nice)
        {
            if (!int.TryParse(nice, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int level) || level is < -20 or > 19)
            {
                Note(ImportProblem.BadValue, "nice", Printable.Of(nice));
                return null;
            }
            lines.Add($"Nice={level}");
        }
        if (First("umask") is { } umask)
        {
            if (umask.Length is 0 or > 4 || umask.Any(c => c is < '0' or > '7'))
            {
                Note(ImportProblem.BadValue, "umask", Printable.Of(umask));
                return null;
            }
            lines.Add($"UMask={umask.PadLeft(4, '0')}");
        }
        foreach (var (attribute, setting) in s_limits.Where(l => Has(l.Attribute)))
            if (Limit(attribute) is { } limit)
                lines.Add($"{setting}={limit}");
            else
                return null;
        var assignments = Values("env").Where(Validity.IsEnvironmentAssignment).ToList();
        foreach (string bad in Values("env").Except(assignments))
            Note(ImportProblem.BadValue, "env", Printable.Of(bad));
        if (assignments.Count > 0)
            lines.Add("Environment=" + string.Join(' ', assignments.Select(a => UnitText.Quote(a, isCommand: false))));
        string[] passed = [.. Values("passenv").Where(Validity.IsEnvironmentName)];
        if (passed.Length > 0)
            lines.Add("PassEnvironment=" + string.Join(' ', passed));
        else if (!Has("passenv") && assignments.Count > 0)
            Note(ImportProblem.Environment, "env");
        return lines;
    }

    private string? Limit(string attribute)
    {
        string text = First(attribute) ?? "";
        if (text == "UNLIMITED")
            return "infinity";
        string digits = text.TrimEnd('K', 'M');
        if (digits.Length is > 0 and < 16 && digits.All(char.IsAsciiDigit) && text.Length - digits.Length <= 1)
            return text;
        Note(ImportProblem.BadValue, attribute, Printable.Of(text));
        return null;
    }
}
