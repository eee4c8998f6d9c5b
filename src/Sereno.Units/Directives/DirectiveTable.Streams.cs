using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>StandardInput=, StandardOutput= and StandardError= (systemd.exec(5), "Logging and Standard Input/Output").</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> StreamRows()
    {
        yield return Enforced("Service", "StandardInput", r => r.Unit.Exec = r.Unit.Exec with { StandardInput = ReadInput(r) ?? r.Unit.Exec.StandardInput });
        yield return Enforced("Service", "StandardOutput", r => r.Unit.Output = ReadOutput(r) ?? r.Unit.Output);
        yield return Enforced("Service", "StandardError", r => r.Unit.Exec = r.Unit.Exec with { StandardError = ReadOutput(r) ?? r.Unit.Exec.StandardError });
    }

    private static StreamTarget? ReadInput(Reading r)
    {
        if (r.Value == "tty")
            r.Held = (Support.Emulated, "a terminal that another session has isn't waited for");
        if (r.Value.StartsWith("fd:", StringComparison.Ordinal))
            return Descriptor(r);
        if (r.Value.StartsWith("file:", StringComparison.Ordinal))
            return FilePath(r, StreamKind.File);
        switch (r.Value)
        {
            case "null": return StreamTarget.Null;
            case "tty": return new(StreamKind.Tty);
            case "tty-force": return new(StreamKind.Tty, "force");
            case "tty-fail": return new(StreamKind.Tty, "fail");
            case "socket": return new(StreamKind.Socket);
            case "fd": return new(StreamKind.Fd);
            case "data": return new(StreamKind.Data);
            default:
                r.Warn($"Failed to parse input specifier, ignoring: {r.Value}");
                return null;
        }
    }

    private static StreamTarget? ReadOutput(Reading r)
    {
        if (r.Value is "kmsg" or "kmsg+console")
            r.Held = (Support.Emulated, "written to the journal");
        if (r.Value.StartsWith("fd:", StringComparison.Ordinal))
            return Descriptor(r);
        foreach (var (prefix, kind) in ((string, StreamKind)[])[("file:", StreamKind.File), ("append:", StreamKind.Append), ("truncate:", StreamKind.Truncate)])
            if (r.Value.StartsWith(prefix, StringComparison.Ordinal))
                return FilePath(r, kind);
        switch (r.Value)
        {
            case "inherit": return StreamTarget.Inherit;
            case "null": return StreamTarget.Null;
            case "tty": return new(StreamKind.Tty);
            case "journal": return StreamTarget.Journal;
            case "kmsg": return new(StreamKind.Kmsg);
            case "socket": return new(StreamKind.Socket);
            case "fd": return new(StreamKind.Fd);
            case "syslog" or "syslog+console":
                string now = r.Value.Replace("syslog", "journal");
                r.Warn($"Standard output type {r.Value} is obsolete, automatically updating to {now}. Please update your unit file, and consider removing the setting altogether.");
                WithoutConsole(r);
                return StreamTarget.Journal;
            case "journal+console" or "kmsg+console":
                WithoutConsole(r);
                return new(r.Value[0] == 'j' ? StreamKind.Journal : StreamKind.Kmsg);
            default:
                r.Warn($"Failed to parse output specifier, ignoring: {r.Value}");
                return null;
        }
    }

    private static void WithoutConsole(Reading r)
    {
        if (r.Value != "kmsg+console" && r.Value.EndsWith("+console", StringComparison.Ordinal))
            r.Held = (Support.Emulated, "the copy on the console is left out");
    }

    private static StreamTarget? Descriptor(Reading r)
    {
        if (r.Expanded(r.Value[3..]) is not { } name)
            return null;
        if (Validity.IsDescriptorName(name))
            return new(StreamKind.Fd, name.Length > 0 ? name : null);
        r.Warn($"Invalid file descriptor name, ignoring: {name}");
        return null;
    }

    private static StreamTarget? FilePath(Reading r, StreamKind kind) =>
        r.Expanded(r.Value[(r.Value.IndexOf(':') + 1)..], path: true) is { } text && r.CheckedPath(text, fatal: true) is { } path ? new(kind, path) : null;
}
