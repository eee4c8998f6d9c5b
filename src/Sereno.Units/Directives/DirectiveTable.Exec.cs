using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>The environment, account and folders of a service's processes (systemd.exec(5)).</summary>
internal static partial class DirectiveTable
{
    private static DirectiveRow Exec(string key, Action<Reading, ExecContext> read) => Enforced("Service", key, r => read(r, r.Unit.Exec));

    private static IEnumerable<DirectiveRow> ExecRows()
    {
        yield return Exec("User", (r, e) => r.Unit.Exec = e with { User = ReadAccount(r, e.User) });
        yield return Exec("Group", (r, e) => r.Unit.Exec = e with { Group = ReadAccount(r, e.Group) });
        yield return Emulated("Service", "DynamicUser", "other programs don't know the account's name, only its number",
            r =>
            {
                // Running as root instead would be worse than not running.
                if (Booleans.Parse(r.Value) is { } dynamic)
                    r.Unit.Exec = r.Unit.Exec with { DynamicUser = dynamic };
                else
                    r.Fatal($"Failed to parse boolean value: {r.Value}");
            });
        yield return Exec("RemoveIPC", (r, e) => r.Unit.Exec = e with { RemoveIpc = r.Boolean() ?? e.RemoveIpc });
        yield return Enforced("Service", "SupplementaryGroups", ReadGroups);
        yield return Enforced("Service", "WorkingDirectory", ReadWorkingDirectory);
        yield return Exec("UMask", (r, e) => r.Unit.Exec = e with { UMask = r.Mode() ?? e.UMask });
        yield return Enforced("Service", "Environment", ReadEnvironment);
        yield return Enforced("Service", "EnvironmentFile", ReadEnvironmentFile);
        yield return Enforced("Service", "PassEnvironment", ReadPassEnvironment);
        yield return Enforced("Service", "UnsetEnvironment", ReadUnsetEnvironment);
        yield return Exec("ExecSearchPath", ReadSearchPath);
        yield return Exec("Nice", ReadNice);
        yield return Exec("OOMScoreAdjust", ReadOomScoreAdjust);
        yield return Exec("NoNewPrivileges", (r, e) => r.Unit.Exec = e with { NoNewPrivileges = r.Boolean() ?? e.NoNewPrivileges });
        yield return Exec("IgnoreSIGPIPE", (r, e) => r.Unit.Exec = e with { IgnoreSigpipe = r.Boolean() ?? e.IgnoreSigpipe });
        yield return Exec("SyslogIdentifier", (r, e) =>
        {
            if (r.Expanded() is { } text)
                r.Unit.Exec = e with { SyslogIdentifier = text.Length > 0 ? text : null };
        });
        foreach (var kind in Enum.GetValues<DirectoryKind>())
        {
            string key = kind + "Directory";
            yield return Enforced("Service", key, r => ReadDirectories(r, kind));
            yield return Enforced("Service", key + "Mode", r => r.Unit.Folders[kind] = r.Unit.Of(kind) with { Mode = r.Mode() ?? r.Unit.Of(kind).Mode });
        }
        yield return Exec("RuntimeDirectoryPreserve", (r, e) =>
        {
            DirectoryPreserve? preserve = r.Value == "restart" ? DirectoryPreserve.Restart
                : Booleans.Parse(r.Value) is { } on ? on ? DirectoryPreserve.Yes : DirectoryPreserve.No : null;
            if (preserve is null)
                r.Warn($"Failed to parse runtime directory preserve mode, ignoring: {r.Value}");
            r.Unit.Exec = e with { RuntimeDirectoryPreserve = preserve ?? e.RuntimeDirectoryPreserve };
        });
    }

    private static string? ReadAccount(Reading r, string? current)
    {
        if (r.IsEmpty)
            return null;
        if (!r.Specifiers.TryText(r.Value, out string name, out string error))
            r.Fatal($"Failed to resolve unit specifiers in {r.Value}: {error}");
        else if (!Validity.IsUserOrGroup(name))
            r.Fatal($"Invalid user/group name or numeric ID: {name}");
        else
        {
            if (r.Key == "User" && name == "nobody")
                r.Warn("Special user nobody configured, this is not safe!");
            return name;
        }
        return current;
    }

    private static void ReadGroups(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.SupplementaryGroups.Clear();
        if (WordReader.Split(r.Value, WordFlags.None) is not { } words)
        {
            r.Fatal($"Invalid syntax: {r.Value}");
            return;
        }
        foreach (string word in words)
        {
            if (!r.Specifiers.TryText(word, out string name, out string error))
                r.Fatal($"Failed to resolve unit specifiers in {word}: {error}");
            else if (!Validity.IsUserOrGroup(name))
                r.Fatal($"Invalid user/group name or numeric ID: {name}");
            else
            {
                r.Unit.SupplementaryGroups.Add(name);
                continue;
            }
            return;
        }
    }

    private static void ReadWorkingDirectory(Reading r)
    {
        bool optional = r.Value.StartsWith('-');
        string text = optional ? r.Value[1..] : r.Value;
        WorkingDirectory? folder = null;
        if (text == "~")
            folder = new("~", optional);
        else if (!r.IsEmpty)
        {
            if (!r.Specifiers.TryPath(text, out string path, out string error))
                Refuse($"Failed to resolve unit specifiers in working directory path '{text}'{(optional ? ", ignoring" : "")}: {error}");
            else if (r.CheckedPath(path, fatal: !optional) is { } simple)
                folder = new(simple, optional);
            else if (!optional)
                r.Fatal(null);
            if (folder is null)
                return;
        }
        r.Unit.Exec = r.Unit.Exec with { WorkingDirectory = folder };

        void Refuse(string message)
        {
            if (optional)
                r.Warn(message);
            else
                r.Fatal(message);
        }
    }

    private static void ReadEnvironment(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.Environment.Clear();
        string? wrong = null;
        bool anyHolds = false;
        foreach (string word in r.Words(WordFlags.Unescape | WordFlags.Unquote))
            if (!r.Specifiers.TryText(word, out string assignment, out string error))
                r.Warn(wrong = $"Failed to resolve specifiers in {word}, ignoring: {error}");
            else if (!Validity.IsEnvironmentAssignment(assignment))
                r.Warn(wrong = $"Invalid environment assignment, ignoring: {assignment}");
            else
            {
                r.Unit.Environment.Set(assignment);
                anyHolds = true;
            }
        if (anyHolds && wrong is not null)
            r.Held = (Support.Emulated, Directive.InPart + wrong);
    }

    private static void ReadEnvironmentFile(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.EnvironmentFiles.Clear();
        else if (r.Expanded(path: true) is { } text)
        {
            bool optional = text.StartsWith('-');
            if (r.CheckedPath(optional ? text[1..] : text) is { } path)
                r.Unit.EnvironmentFiles.Add(new(path, optional));
        }
    }

    private static void ReadPassEnvironment(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.PassEnvironment.Clear();
        foreach (string word in r.Words(WordFlags.Unquote, $"Trailing garbage in {r.Key}, ignoring: {r.Value}"))
            if (!r.Specifiers.TryText(word, out string name, out string error))
                r.Warn($"Failed to resolve specifiers in {word}, ignoring: {error}");
            else if (!Validity.IsEnvironmentName(name))
                r.Warn($"Invalid environment name for {r.Key}, ignoring: {name}");
            else
                r.Unit.PassEnvironment.Add(name);
    }

    private static void ReadUnsetEnvironment(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.UnsetEnvironment.Clear();
        foreach (string word in r.Words(WordFlags.Unquote | WordFlags.Unescape, $"Trailing garbage in {r.Key}, ignoring: {r.Value}"))
            if (!r.Specifiers.TryText(word, out string name, out string error))
                r.Warn($"Failed to resolve unit specifiers in {word}, ignoring: {error}");
            else if (!Validity.IsEnvironmentName(name) && !Validity.IsEnvironmentAssignment(name))
                r.Warn($"Invalid environment name or assignment {r.Key}, ignoring: {name}");
            else
                r.Unit.UnsetEnvironment.Add(name);
    }

    /// <summary>Absolute paths with colons between; assignments add up.</summary>
    private static void ReadSearchPath(Reading r, ExecContext e)
    {
        var list = r.IsEmpty ? [] : e.ExecSearchPath;
        foreach (string word in r.IsEmpty ? [] : r.Value.Split(':'))
            if (r.Expanded(word, path: true) is { } text && r.CheckedPath(text) is { } path)
                list = list.Add(path);
            else
                break;
        r.Unit.Exec = e with { ExecSearchPath = list };
    }

    private static void ReadNice(Reading r, ExecContext e)
    {
        var error = r.IsEmpty ? ParseError.None : Integers.ReadSigned(r.Value, -20, 19, out int _);
        if (error == ParseError.Range)
            r.Warn($"Nice priority out of range, ignoring: {r.Value}");
        else if (error == ParseError.Invalid)
            r.Warn($"Failed to parse nice priority '{r.Value}', ignoring: Invalid argument");
        else if (r.IsEmpty)
            r.Unit.Exec = e with { Nice = null };
        else if (Integers.ReadSigned(r.Value, -20, 19, out int nice) == ParseError.None)
            r.Unit.Exec = e with { Nice = nice };
    }

    private static void ReadOomScoreAdjust(Reading r, ExecContext e)
    {
        var error = Integers.ReadSigned(r.Value, -1000, 1000, out int score);
        if (r.IsEmpty)
            r.Unit.Exec = e with { OomScoreAdjust = null };
        else if (error == ParseError.Range)
            r.Warn($"OOM score adjust value out of range, ignoring: {r.Value}");
        else if (error == ParseError.Invalid)
            r.Warn($"Failed to parse the OOM score adjust value '{r.Value}', ignoring: Invalid argument");
        else
            r.Unit.Exec = e with { OomScoreAdjust = score };
    }

    /// <summary><c>name</c>, or <c>name:link</c>.</summary>
    private static void ReadDirectories(Reading r, DirectoryKind kind)
    {
        var names = r.Unit.Of(kind).Names;
        if (r.IsEmpty)
        {
            names.Clear();
            r.Unit.FolderLinks.RemoveAll(l => l.Kind == kind);
        }
        foreach (string tuple in r.Words(WordFlags.Unquote | WordFlags.RetainEscape, $"Invalid syntax {r.Key}={r.Value}, ignoring: Invalid argument"))
        {
            var parts = WordReader.Split(tuple, WordFlags.Unescape | WordFlags.UnescapeSeparators, ":");
            if (parts is not { Count: 1 or 2 })
            {
                r.Warn($"Invalid syntax in {r.Key}=, ignoring: {tuple}");
                return;
            }
            if (!r.Specifiers.TryPath(parts[0], out string source, out string error))
                r.Warn($"Failed to resolve unit specifiers in \"{parts[0]}\", ignoring: {error}");
            else if (r.CheckedPath(source, absolute: false) is { } name)
                if (Paths.Below(name, "private") is not null)
                    r.Warn($"{r.Key}= path can't be 'private', ignoring assignment: {tuple}");
                else if (parts.Count > 1 && kind == DirectoryKind.Configuration)
                    r.Warn($"Destination parameter is not supported for ConfigurationDirectory, ignoring: {tuple}");
                else
                {
                    string? link = null;
                    if (parts.Count > 1 && (link = ReadLink(r, parts[1])) is null)
                        continue;
                    if (!names.Contains(name))
                        names.Add(name);
                    if (link is not null && !r.Unit.FolderLinks.Contains((kind, name, link)))
                        r.Unit.FolderLinks.Add((kind, name, link));
                }
        }
    }

    private static string? ReadLink(Reading r, string text)
    {
        if (r.Specifiers.TryPath(text, out string link, out string error))
            return r.CheckedPath(link, absolute: false);
        r.Warn($"Failed to resolve unit specifiers in \"{text}\", ignoring: {error}");
        return null;
    }
}
