using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Namespaces and mounts (systemd.exec(5), "Paths" and "Sandboxing").</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> SandboxRows() =>
    [
        Switch("PrivateTmp", (s, on) => s with { PrivateTmp = on }),
        Switch("PrivateNetwork", (s, on) => s with { PrivateNetwork = on }),
        Switch("PrivateUsers", (s, on) => s with { PrivateUsers = on }),
        Switch("PrivateMounts", (s, on) => s with { PrivateMounts = on }),
        Switch("PrivateIPC", (s, on) => s with { PrivateIpc = on }),
        Switch("ProtectControlGroups", (s, on) => s with { ProtectControlGroups = on }),
        Boxed("ProtectSystem", (r, s) => s with { ProtectSystem = (ProtectSystem?)Level(r, ["no", "yes", "full", "strict"], "Failed to parse protect system value") ?? s.ProtectSystem }),
        Boxed("ProtectHome", (r, s) => s with { ProtectHome = (ProtectHome?)Level(r, ["no", "yes", "read-only", "tmpfs"], "Failed to parse protect home value") ?? s.ProtectHome }),
        Boxed("ProtectProc", (r, s) => s with { ProtectProc = (ProtectProc?)r.OneOf(["default", "noaccess", "invisible", "ptraceable"], "Failed to parse /proc/ protection mode") ?? s.ProtectProc }),
        Boxed("ProcSubset", (r, s) => s with { ProcSubset = (ProcSubset?)r.OneOf(["all", "pid"], "Failed to parse /proc/ subset mode") ?? s.ProcSubset }),
        Boxed("MountFlags", (r, s) => s with { MountFlags = (MountPropagation?)r.OneOf(["", "shared", "slave", "private"], "Failed to parse mount flag") ?? s.MountFlags }),
        Boxed("MountAPIVFS", (r, s) => s with { MountApiVfs = r.IsEmpty ? null : r.Boolean() ?? s.MountApiVfs }),
        Boxed("RootDirectory", (r, s) => s with { RootDirectory = ReadRoot(r, s.RootDirectory) }),
        Ignored("Service", "RootImage", "not supported: disk images; a service that needs one is not started", r => r.Unit.Sandbox = r.Unit.Sandbox with { RootImage = ReadRoot(r, r.Unit.Sandbox.RootImage) }),
        .. IgnoredAll("Service", "not supported: disk images", "RootImageOptions RootHash RootHashSignature RootVerity ExtensionImages MountImages"),
        Ignored("Service", "ExtensionDirectories", "not supported: system extensions", r => ReadPaths(r, [])),
        Boxed("NetworkNamespacePath", (r, s) => s with { NetworkNamespacePath = ReadNamespacePath(r, s.NetworkNamespacePath) }),
        Boxed("IPCNamespacePath", (r, s) => s with { IpcNamespacePath = ReadNamespacePath(r, s.IpcNamespacePath) }),
        .. PathRows("ReadWrite", l => l.ReadWrite, obsolete: true),
        .. PathRows("ReadOnly", l => l.ReadOnly, obsolete: true),
        .. PathRows("Inaccessible", l => l.Inaccessible, obsolete: true),
        .. PathRows("Exec", l => l.Exec, obsolete: false),
        .. PathRows("NoExec", l => l.NoExec, obsolete: false),
        Enforced("Service", "BindPaths", r => ReadBinds(r, readOnly: false)),
        Enforced("Service", "BindReadOnlyPaths", r => ReadBinds(r, readOnly: true)),
        Enforced("Service", "TemporaryFileSystem", ReadTemporary),
    ];

    private static DirectiveRow Boxed(string key, Func<Reading, Sandbox, Sandbox> read) =>
        Enforced("Service", key, r => r.Unit.Sandbox = read(r, r.Unit.Sandbox));

    private static DirectiveRow Switch(string key, Func<Sandbox, bool, Sandbox> set) => Boxed(key, (r, s) => r.Boolean() is { } on ? set(s, on) : s);

    /// <param name="obsolete">There is an old name ending in Directories too.</param>
    private static IEnumerable<DirectiveRow> PathRows(string prefix, Func<SandboxLists, List<SandboxPath>> list, bool obsolete)
    {
        yield return Enforced("Service", prefix + "Paths", r => ReadPaths(r, list(r.Unit.SandboxLists)));
        if (obsolete)
            yield return Enforced("Service", prefix + "Directories", r => ReadPaths(r, list(r.Unit.SandboxLists)));
    }

    /// <summary>A name of <paramref name="names"/>, whose first two are also what a boolean says.</summary>
    private static int? Level(Reading r, string[] names, string message) =>
        Booleans.Parse(r.Value) is { } on ? on ? 1 : 0 : r.OneOf(names, message);

    private static string? ReadRoot(Reading r, string? current)
    {
        if (r.IsEmpty)
            return null;
        if (!r.Specifiers.TryPath(r.Value, out string path, out string error))
            r.Fatal($"Failed to resolve unit specifiers in '{r.Value}': {error}");
        else if (r.CheckedPath(path, fatal: true) is { } root)
            return root == "/" ? null : root;
        else
            r.Fatal(null);
        return current;
    }

    private static string? ReadNamespacePath(Reading r, string? current) =>
        r.IsEmpty ? null : r.Expanded(path: true) is { } text && r.CheckedPath(text) is { } path ? path : current;

    private static void ReadPaths(Reading r, List<SandboxPath> list)
    {
        if (r.IsEmpty)
            list.Clear();
        foreach (string word in r.Words(WordFlags.Unquote, $"Failed to extract first word, ignoring: {r.Value}"))
        {
            string path = word;
            bool optional = path.StartsWith('-'), inRoot = path.AsSpan(optional ? 1 : 0).StartsWith('+');
            path = path[((optional ? 1 : 0) + (inRoot ? 1 : 0))..];
            if (!r.Specifiers.TryPath(path, out string resolved, out string error))
                r.Warn($"Failed to resolve unit specifiers in {path}: {error}");
            else if (r.CheckedPath(resolved) is { } simple)
                list.Add(new(simple, optional, inRoot));
        }
    }

    private static void ReadTemporary(Reading r)
    {
        var list = r.Unit.SandboxLists.Temporary;
        if (r.IsEmpty)
            list.Clear();
        foreach (string word in r.Words(WordFlags.Unquote, $"Failed to extract first word, ignoring: {r.Value}"))
        {
            var reader = new WordReader(word);
            if (reader.Next(WordFlags.KeepEmpty, out string path, ":") == WordResult.Invalid)
                r.Warn($"Failed to extract first word, ignoring: {word}");
            else if (!r.Specifiers.TryPath(path, out string resolved, out string error))
                r.Warn($"Failed to resolve unit specifiers in {path}, ignoring: {error}");
            else if (r.CheckedPath(resolved) is { } simple)
                list.Add(new(simple, reader.Rest is { Length: > 0 } options ? options : null));
        }
    }

    /// <summary><c>source</c>, <c>source:destination</c> or <c>source:destination:options</c>, any number of them.</summary>
    private static void ReadBinds(Reading r, bool readOnly)
    {
        const string separators = ": \t\n\r";
        var list = r.Unit.SandboxLists.Bind;
        if (r.IsEmpty)
        {
            list.Clear();
            return;
        }
        var reader = new WordReader(r.Value);
        while (reader.Next(WordFlags.Unquote | WordFlags.KeepEmpty, out string word, separators) is not WordResult.End and var result)
        {
            if (result == WordResult.Invalid)
            {
                r.Warn($"Failed to parse {r.Key}, ignoring: {r.Value}");
                return;
            }
            if (!r.Specifiers.TryText(word, out string source, out string error))
            {
                r.Warn($"Failed to resolve unit specifiers in \"{word}\", ignoring: {error}");
                continue;
            }
            bool optional = source.StartsWith('-');
            if (r.CheckedPath(source[(optional ? 1 : 0)..]) is not { } from)
                continue;
            string to = from;
            bool recursive = true;
            if (reader.IsAfter(':'))
            {
                if (reader.Next(WordFlags.Unquote | WordFlags.KeepEmpty, out word, separators) == WordResult.Invalid)
                {
                    r.Warn($"Failed to parse {r.Key}, ignoring: {r.Value}");
                    return;
                }
                if (!r.Specifiers.TryPath(word, out string destination, out error))
                {
                    r.Warn($"Failed to resolve specifiers in \"{word}\", ignoring: {error}");
                    continue;
                }
                if (r.CheckedPath(destination) is not { } path)
                    continue;
                to = path;
                if (reader.IsAfter(':'))
                {
                    if (reader.Next(WordFlags.Unquote, out string options) == WordResult.Invalid)
                    {
                        r.Warn($"Failed to parse {r.Key}=, ignoring: {r.Value}");
                        return;
                    }
                    if (options is not ("" or "rbind" or "norbind"))
                    {
                        r.Warn($"Invalid option string, ignoring setting: {options}");
                        continue;
                    }
                    recursive = options != "norbind";
                }
            }
            list.Add(new(from, to, readOnly, recursive, optional));
        }
    }
}
