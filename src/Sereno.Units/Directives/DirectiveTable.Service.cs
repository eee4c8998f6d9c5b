using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[Service], apart from commands and what all processes share (systemd.service(5)).</summary>
internal static partial class DirectiveTable
{
    private static DirectiveRow Service(string key, Action<Reading, ServiceDefinition> read) => Enforced("Service", key, r => read(r, r.Unit.Service));

    private static IEnumerable<DirectiveRow> ServiceRows()
    {
        yield return Service("RemainAfterExit", (r, s) => r.Unit.Service = s with { RemainAfterExit = r.Boolean() ?? s.RemainAfterExit });
        yield return Service("GuessMainPID", (r, s) => r.Unit.Service = s with { GuessMainPid = r.Boolean() ?? s.GuessMainPid });
        yield return Enforced("Service", "PIDFile", ReadPidFile);
        yield return Service("SuccessExitStatus", (r, s) => r.Unit.Service = s with { SuccessExitStatus = ReadStatuses(r, s.SuccessExitStatus) });
        yield return Service("RestartPreventExitStatus", (r, s) => r.Unit.Service = s with { RestartPreventExitStatus = ReadStatuses(r, s.RestartPreventExitStatus) });
        yield return Service("RestartForceExitStatus", (r, s) => r.Unit.Service = s with { RestartForceExitStatus = ReadStatuses(r, s.RestartForceExitStatus) });
        yield return Switch("RootDirectoryStartOnly", (s, on) => s with { RootDirectoryStartOnly = on });
        yield return Exec("PermissionsStartOnly", (r, e) => r.Unit.Exec = e with { PermissionsStartOnly = r.Boolean() ?? e.PermissionsStartOnly });
        yield return Enforced("Service", "Sockets", ReadSockets);
        yield return Service("NonBlocking", (r, s) => r.Unit.Service = s with { NonBlocking = r.Boolean() ?? s.NonBlocking });
        foreach (var row in IgnoredAll("Service", "not supported: USB gadgets", "USBFunctionDescriptors USBFunctionStrings"))
            yield return row;
        foreach (var row in IgnoredAll("Service", "obsolete: systemd ignores it too", "SysVStartPriority BusPolicy"))
            yield return row;
    }

    private static void ReadSockets(Reading r)
    {
        foreach (string word in r.Words(Text.WordFlags.None, $"Trailing garbage in sockets, ignoring: {r.Value}"))
            if (!r.Specifiers.TryName(word, out string name, out string error))
                r.Warn($"Failed to resolve unit specifiers in '{word}', ignoring: {error}");
            else if (!UnitName.TryParse(name, out var socket) || socket.Type != UnitType.Socket)
                r.Warn($"Unit must be of type socket, ignoring: {name}");
            else
            {
                r.Unit.Of(Dependency.Wants).Add(socket);
                r.Unit.Of(Dependency.After).Add(socket);
                r.Unit.Service = r.Unit.Service with { Sockets = r.Unit.Service.Sockets.Add(socket) };
            }
    }

    private static void ReadPidFile(Reading r)
    {
        if (r.IsEmpty)
        {
            r.Unit.Service = r.Unit.Service with { PidFile = null };
            return;
        }
        if (r.Expanded(path: true) is not { } path)
            return;
        if (!Paths.IsAbsolute(path) && r.Specifiers.TryPath("%t", out string run, out _))
            path = Paths.Join(run, path);
        if (r.CheckedPath(path) is not { } file)
        {
            r.Break(); // "ignoring", says systemd, and then fails to load the unit
            return;
        }
        // /var/run is a legacy name of /run; Debian's systemd rewrites it without a word.
        if (Paths.Below(file, "/var/run") is { Length: > 0 } below)
            file = "/run/" + below;
        r.Unit.Service = r.Unit.Service with { PidFile = file };
    }

    private static void ReadBusName(Reading r)
    {
        if (!r.Specifiers.TryText(r.Value, out string name, out string error, 255))
            r.Warn($"Failed to resolve unit specifiers in {r.Value}, ignoring: {error}");
        else if (!Validity.IsBusName(name))
            r.Warn($"Invalid bus name, ignoring: {name}");
        else
            r.Unit.Service = r.Unit.Service with { BusName = name };
    }

    /// <summary>A number is an exit code, never a signal.</summary>
    private static ExitStatusSet ReadStatuses(Reading r, ExitStatusSet set)
    {
        if (r.IsEmpty)
            return ExitStatusSet.Empty;
        foreach (string word in r.Words(Text.WordFlags.None, $"Failed to parse {r.Key}={r.Value}, ignoring: Invalid argument"))
            if (ExitStatuses.Parse(word) is { } code)
                set = set with { Codes = set.Codes.Add(code) };
            else if (Signals.Parse(word) is { } signal)
                set = set with { Signals = set.Signals.Add(signal) };
            else
                r.Warn($"Failed to parse value, ignoring: {word}");
        return set;
    }
}
