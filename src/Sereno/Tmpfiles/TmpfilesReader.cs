using System.Text;
using Sereno.Linux;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Tmpfiles;

/// <summary>What the command line says about which lines count.</summary>
public sealed record TmpfilesOptions
{
    public TmpfilesOperations Operations { get; init; }
    public bool Boot { get; init; }

    /// <summary>Null: the machine's own.</summary>
    public string? Root { get; init; }
    public IReadOnlyList<string> Prefixes { get; init; } = [];
    public IReadOnlyList<string> ExcludedPrefixes { get; init; } = [];

    public bool Includes(string path) => !ExcludedPrefixes.Any(p => IsBelow(path, p)) && (Prefixes.Count == 0 || Prefixes.Any(p => IsBelow(path, p)));

    private static bool IsBelow(string path, string prefix) => Paths.Below(path, Paths.Simplify(prefix)) is not null || Paths.Simplify(prefix) == path;
}

/// <summary>Reads lines of tmpfiles.d(5); what is wrong with one is said, and it doesn't count.</summary>
public sealed class TmpfilesReader(TmpfilesOptions options, SpecifierContext context, Action<string> complain)
{
    private static readonly UnitName s_noUnit = UnitName.Parse("tmpfiles.service");
    private bool _saidUnresolvable;
    private readonly Specifiers _specifiers = new(s_noUnit, null, context) { Known = "abBHlmovwWhCLStgGuUTV" }; // tmpfiles.d(5), "Specifiers"
    private readonly UserDatabase _users = options.Root is { } root ? new($"{root}/etc/passwd", $"{root}/etc/group") : new();

    /// <summary>Lines that can't be lines: the exit status tells (EX_DATAERR).</summary>
    public bool HasInvalid { get; private set; }

    /// <summary>In the order of their first mention.</summary>
    public OrderedDictionary<string, List<TmpfilesItem>> Items { get; } = [];
    public OrderedDictionary<string, List<TmpfilesItem>> Globs { get; } = [];

    public void ReadFile(string path) => Read(path, File.ReadLines(path, Encoding.UTF8));

    public void Read(string name, IEnumerable<string> lines)
    {
        foreach (var (number, text) in ConfigFiles.Lines(lines))
            try
            {
                if (ReadLine(text) is { } item)
                    Add(item, $"{name}:{number}");
            }
            catch (FormatException e)
            {
                HasInvalid = true;
                complain($"{name}:{number}: {e.Message}");
            }
            catch (ArgumentException e)
            {
                complain($"{name}:{number}: {e.Message}");
            }
            catch (UnresolvableException)
            {
                // Of another root nobody expects that it has been booted; of ours it is said once.
                if (options.Root is null && !_saidUnresolvable)
                    complain($"{name}:{number}: Failed to resolve specifier: uninitialized /etc/ detected, skipping.");
                _saidUnresolvable = true;
            }
    }

    private void Add(TmpfilesItem item, string place)
    {
        var all = item.IsGlob ? Globs : Items;
        if (!all.TryGetValue(item.Path, out var existing))
            all[item.Path] = existing = [];
        else if (existing.Any(e => e.Contradicts(item)))
        {
            complain($"{place}: Duplicate line for path \"{item.Path}\", ignoring.");
            return;
        }
        existing.Add(item);
        existing.Sort((a, b) => a.Owns != b.Owns ? (a.Owns ? -1 : 1) : a.Type.CompareTo(b.Type));
    }

    /// <exception cref="FormatException">It is no line.</exception>
    /// <exception cref="ArgumentException">It is one, but can't be done.</exception>
    private TmpfilesItem? ReadLine(string line)
    {
        var words = new WordReader(line);
        var fields = new string[6];
        int count = 0;
        for (; count < 6; count++)
        {
            var result = words.Next(WordFlags.Unquote, out fields[count]);
            if (result == WordResult.Invalid)
                throw new FormatException("Failed to parse line: Invalid argument");
            if (result == WordResult.End)
                break;
        }
        if (count < 2)
            throw new FormatException("Syntax error.");
        string action = fields[0];
        if (action.Length == 0)
            throw new FormatException($"Command too short '{action}'.");
        string? argument = count == 6 && words.Rest.TrimStart() is { Length: > 0 } rest && rest != "-" ? rest : null;
        string modifiers = action[1..];
        if (modifiers.Any(c => !"!+-=~^".Contains(c)) || modifiers.Distinct().Count() != modifiers.Length)
            throw new FormatException($"Unknown modifiers in command '{action}'");
        if (modifiers.Contains('!') && !options.Boot)
            return null;
        string path = PathOf(fields[1]);
        char type = action[0];
        CheckArgument(type, argument, modifiers.Contains('~'));
        ulong device = type is 'c' or 'b' ? DeviceOf(argument!) : 0;
        if (!options.Includes(path))
            return null;
        byte[]? content = argument is null ? null : modifiers.Contains('~') ? Encoding.UTF8.GetBytes(argument) : Encoding.UTF8.GetBytes(argument = Expand(type, argument));
        if (type is 'L' or 'C' && argument is null)
            (argument, content) = ("/usr/share/factory" + path, null);
        if (type == 'C')
        {
            if (!argument!.StartsWith('/'))
                throw new FormatException($"Source path '{argument}' is not absolute.");
            argument = Paths.Simplify(options.Root + argument);
            if (!Path.Exists(argument) && new FileInfo(argument).LinkTarget is null)
                return null; // nothing to copy
        }
        if (modifiers.Contains('^') && (content = Credential(argument)) is null)
            return null;
        if (modifiers.Contains('~') && content is not null)
            content = FromBase64(content, argument!);
        var item = new TmpfilesItem
        {
            Type = type, Path = Paths.Simplify(options.Root + path), Argument = argument, Content = content, DeviceNumber = device,
            Forces = modifiers.Contains('+'), MayFail = modifiers.Contains('-'), Replaces = modifiers.Contains('='),
        };
        return WithAge(WithMode(WithOwner(item, fields[3], fields[4]), fields[2]), fields[5]);
    }

    /// <summary>A specifier of the line stands for nothing on this machine: the line is passed over.</summary>
    private sealed class UnresolvableException : Exception;

    private string PathOf(string text)
    {
        if (!_specifiers.TryPath(text, out string path, out string error))
            throw error == Specifiers.NotThereYet ? new UnresolvableException() : new FormatException($"Failed to replace specifiers in '{text}': {error}");
        if (!path.StartsWith('/'))
            throw new FormatException($"Path '{path}' not absolute.");
        path = Paths.Simplify(path);
        // /var/run is a legacy name of /run.
        return Paths.Below(path, "/var/run") is { Length: > 0 } below ? "/run/" + below.TrimStart('/') : path;
    }

    private static void CheckArgument(char type, string? argument, bool isBase64)
    {
        string? what = type switch
        {
            'd' or 'v' or 'q' or 'Q' or 'e' or 'D' or 'p' or 'x' or 'X' or 'r' or 'R' or 'm' or 'z' or 'Z' or 'f' or 'F' => null,
            'w' => argument is null ? "Write file requires argument." : null,
            'L' => isBase64 ? "base64 decoding not supported for symlink targets." : null,
            'C' => isBase64 ? "base64 decoding not supported for copy sources." : null,
            'c' or 'b' => isBase64 ? "base64 decoding not supported for device node creation." : argument is null ? "Device file requires argument." : null,
            't' or 'T' => isBase64 ? "base64 decoding not supported for extended attributes." : argument is null ? "Set extended attribute requires argument." : null,
            'a' or 'A' => isBase64 ? "base64 decoding not supported for ACLs." : argument is null ? "Set ACLs requires argument." : null,
            'h' or 'H' => isBase64 ? "base64 decoding not supported for file attributes." : argument is null ? "Set file attribute requires argument." : null,
            _ => $"Unknown command type '{type}'.",
        };
        if (what is not null)
            throw new FormatException(what);
        if (type is 'h' or 'H' && FileFlags.Parse(argument!) is null)
            throw new FormatException($"Unknown file attribute in '{argument}'.");
    }

    private static ulong DeviceOf(string text)
    {
        if (text.Split(':') is [var major, var minor] && uint.TryParse(major, out uint a) && uint.TryParse(minor, out uint b) && a < 4096 && b < 1 << 20)
            return FileStatus.Join(a, b);
        throw new FormatException($"Can't parse device file major/minor '{text}'.");
    }

    private string Expand(char type, string argument)
    {
        if (type is not ('C' or 'L' or 'f' or 'F' or 'w' or 't' or 'T'))
            return argument;
        if (type is not ('t' or 'T'))
            argument = Unescape(argument) ?? throw new FormatException("Failed to unescape parameter to write");
        return _specifiers.TryText(argument, out string text, out string error) ? text
            : throw (error == Specifiers.NotThereYet ? new UnresolvableException() : new FormatException($"Failed to substitute specifiers in argument: {error}"));
    }

    /// <summary>C-style escapes; null where one is none.</summary>
    private static string? Unescape(string text)
    {
        if (!text.Contains('\\'))
            return text;
        // One word without separators or quotes: blanks are kept by hiding them from the reader.
        var result = new StringBuilder();
        foreach (string part in SplitKeeping(text))
            if (part[0] is ' ' or '\t' or '"' or '\'')
                result.Append(part);
            else if (new WordReader(part).Next(WordFlags.Unescape, out string word) == WordResult.Word)
                result.Append(word);
            else
                return null;
        return result.ToString();
    }

    private static IEnumerable<string> SplitKeeping(string text)
    {
        for (int start = 0, i = 0; i <= text.Length; i++)
            if (i < text.Length && text[i] == '\\')
                i++;
            else if (i == text.Length || text[i] is ' ' or '\t' or '"' or '\'')
            {
                if (i > start)
                    yield return text[start..Math.Min(i, text.Length)];
                if (i < text.Length)
                    yield return text[i].ToString();
                start = i + 1;
            }
    }

    private static byte[]? Credential(string? name)
    {
        if (name is not { Length: > 0 } || name.Contains('/'))
            throw new ArgumentException($"Credential name not valid: {name}");
        return Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists($"{folder}/{name}")
            ? File.ReadAllBytes($"{folder}/{name}") : null;
    }

    private static byte[] FromBase64(byte[] text, string argument)
    {
        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(text));
        }
        catch (FormatException)
        {
            throw new ArgumentException($"Failed to base64 decode specified argument '{argument}': Invalid argument");
        }
    }

    private TmpfilesItem WithOwner(TmpfilesItem item, string? user, string? group)
    {
        if (user is { Length: > 0 } and not "-")
        {
            string name = user.TrimStart(':');
            uint uid = name == "root" ? 0 : _users.User(name)?.Uid ?? throw new FormatException($"Failed to resolve user '{name}': No such process");
            item = item with { Uid = uid, UidOnlyOfNew = user[0] == ':' };
        }
        if (group is { Length: > 0 } and not "-")
        {
            string name = group.TrimStart(':');
            uint gid = name == "root" ? 0 : _users.Group(name)?.Gid ?? throw new FormatException($"Failed to resolve group '{name}'.");
            item = item with { Gid = gid, GidOnlyOfNew = group[0] == ':' };
        }
        return item;
    }

    private static TmpfilesItem WithMode(TmpfilesItem item, string? text)
    {
        if (text is null or "" or "-")
            return item;
        string digits = text.TrimStart('~', ':');
        string prefix = text[..^digits.Length];
        if (!Integers.TryMode(digits, out uint mode))
            throw new FormatException($"Invalid mode '{text}'.");
        return item with { Mode = mode, MasksMode = prefix.Contains('~'), ModeOnlyOfNew = prefix.Contains(':') };
    }

    private static TmpfilesItem WithAge(TmpfilesItem item, string? text)
    {
        if (text is null or "" or "-")
            return item;
        bool keeps = text[0] == '~';
        string age = keeps ? text[1..] : text;
        if (age.IndexOf(':') is >= 0 and var colon)
        {
            string by = age[..colon];
            AgeBy files = 0, folders = 0;
            foreach (char c in by.Where(c => !char.IsWhiteSpace(c)))
            {
                AgeBy flag = "abcm".IndexOf(char.ToLowerInvariant(c)) is >= 0 and var i ? (AgeBy)(1 << i) : throw new FormatException($"Invalid age-by '{by}'.");
                if (char.IsLower(c))
                    files |= flag;
                else
                    folders |= flag;
            }
            if (files == 0 && folders == 0)
                throw new FormatException($"Invalid age-by '{by}'.");
            item = item with { AgeOfFiles = files == 0 ? AgeBy.Files : files, AgeOfFolders = folders == 0 ? AgeBy.Folders : folders };
            age = age[(colon + 1)..];
        }
        if (!TimeSpans.TryParse(age, out ulong usec))
            throw new FormatException($"Invalid age '{age}'.");
        return item with { Age = usec, KeepsFirstLevel = keeps };
    }
}
