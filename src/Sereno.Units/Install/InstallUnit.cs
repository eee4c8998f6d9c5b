using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

internal enum InstallMode { Unknown, Regular, Masked, Linked, Alias }

/// <summary>A unit as enabling sees it: a file or link, and its [Install] section.</summary>
internal sealed class InstallUnit(UnitName name, bool auxiliary)
{
    public UnitName Name { get; } = name;
    public InstallMode Mode { get; set; }
    public string? Path { get; set; }
    public string? LinkTarget { get; set; }

    /// <summary>Named by another's Also= only: its failure is no failure.</summary>
    public bool Auxiliary { get; set; } = auxiliary;

    public List<string> WantedBy { get; } = [];
    public List<string> RequiredBy { get; } = [];
    public List<string> Aliases { get; } = [];
    public bool HasAlso { get; private set; }
    public string? DefaultInstance { get; private set; }

    public bool HasRules => WantedBy.Count + RequiredBy.Count + Aliases.Count > 0;

    /// <summary>The name that specifiers speak of: a template stands for its default instance.</summary>
    public UnitName Effective => Name.IsTemplate && DefaultInstance is not null ? Name.WithInstance(DefaultInstance) : Name;

    /// <summary>Whether a link's name is one that this unit's own [Install] section would make.</summary>
    public bool IsKnownAs(string link) => link == Name.Full || Aliases.Contains(link) || link == Effective.Full;

    public string FileName => Paths.FileName(Path ?? Name.Full);

    /// <summary>Reads the [Install] lines of a fragment or drop-in; units of Also= go to <paramref name="search"/>.</summary>
    public InstallError Read(ReadOnlySpan<byte> bytes, string file, UnitSearch search)
    {
        bool any = false, inside = false;
        foreach (var line in UnitText.Parse(bytes))
        {
            void Warn(string message) => search.Warn($"{file}:{line.Line}: {message}");
            switch (line.Kind)
            {
                case LineKind.Section:
                    (any, inside) = (true, line.Key == "Install");
                    if (!inside && line.Key != "Unit" && !Enum.GetNames<UnitType>().Contains(line.Key) && !line.Key.StartsWith("X-", StringComparison.Ordinal))
                        Warn($"Unknown section '{line.Key}'. Ignoring.");
                    break;
                case LineKind.InvalidHeader:
                    Warn($"Invalid section header '{line.Value}'");
                    return InstallError.EBADMSG;
                case LineKind.UnsafeHeader:
                    Warn($"Bad characters in section header '{line.Value}'");
                    return InstallError.EBADMSG;
                case LineKind.NotUtf8:
                    Warn($"String is not UTF-8 clean, ignoring assignment: {line.Value}");
                    return InstallError.EINVAL;
                case LineKind.TooLong:
                    return InstallError.ENOBUFS;
                case var _ when !any:
                    Warn("Assignment outside of section. Ignoring.");
                    break;
                case var _ when !inside:
                    break;
                case LineKind.MissingEquals:
                    Warn("Missing '=', ignoring line.");
                    break;
                case LineKind.MissingKey:
                    Warn("Missing key name before '=', ignoring line.");
                    break;
                case LineKind.Assignment when Assign(line.Key, line.Value, search, Warn) is not InstallError.None and var error:
                    return error;
            }
        }
        return InstallError.None;
    }

    private InstallError Assign(string key, string value, UnitSearch search, Action<string> warn)
    {
        switch (key)
        {
            case "WantedBy":
                return Extend(WantedBy, value, warn);
            case "RequiredBy":
                return Extend(RequiredBy, value, warn);
            case "Alias" when !Load.Aliases.MayAlias(Name.Type):
                warn($"Alias= is not allowed for {UnitName.SuffixOf(Name.Type)[1..]} units, ignoring.");
                return InstallError.None;
            case "Alias":
                return Extend(Aliases, value, warn);
            case "Also":
                return ReadAlso(value, search, warn);
            case "DefaultInstance":
                return ReadInstance(value, search, warn);
            default:
                if (!key.StartsWith("X-", StringComparison.Ordinal))
                    warn($"Unknown key '{key}' in section [Install], ignoring.");
                return InstallError.None;
        }
    }

    private InstallError ReadAlso(string value, UnitSearch search, Action<string> warn)
    {
        if (WordReader.Split(value, WordFlags.None) is not { } words)
            return InstallError.EINVAL;
        foreach (string word in words)
        {
            if (!new Specifiers(Effective, null, search.Context).TryName(word, out string also, out string problem))
            {
                warn($"Failed to resolve unit name in Also=\"{word}\": {ErrorOf(problem).Words()}");
                return ErrorOf(problem);
            }
            if (!UnitName.TryParse(also, out var other))
                return InstallError.EINVAL;
            search.Add(other, auxiliary: true);
            HasAlso = true;
        }
        return InstallError.None;
    }

    private InstallError ReadInstance(string value, UnitSearch search, Action<string> warn)
    {
        if (Name.IsInstance)
            return InstallError.None;
        if (!Name.IsTemplate)
        {
            warn("DefaultInstance= only makes sense for template units, ignoring.");
            return InstallError.None;
        }
        if (!new Specifiers(Effective, null, search.Context).TryName(value, out string instance, out string problem))
        {
            warn($"Failed to resolve instance name in DefaultInstance=\"{value}\": {ErrorOf(problem).Words()}");
            return ErrorOf(problem);
        }
        if (instance.Length > 0 && !UnitName.TryParse($"{Name.Prefix}@{instance}{UnitName.SuffixOf(Name.Type)}", out _))
        {
            warn($"Invalid DefaultInstance= value \"{instance}\".");
            return InstallError.EINVAL;
        }
        DefaultInstance = instance.Length > 0 ? instance : null;
        return InstallError.None;
    }

    private static InstallError Extend(List<string> list, string value, Action<string> warn)
    {
        if (value.Length == 0)
            list.Clear();
        var words = new WordReader(value);
        for (WordResult result; (result = words.Next(WordFlags.Unquote | WordFlags.RetainEscape, out string word)) != WordResult.End; list.Add(word))
            if (result == WordResult.Invalid)
            {
                warn($"Invalid syntax, ignoring: {value}");
                break;
            }
        return InstallError.None;
    }

    /// <summary>What systemd's errno for a specifier that has no value is.</summary>
    internal static InstallError ErrorOf(string problem) => problem switch
    {
        Specifiers.UnknownSpecifier => InstallError.EBADSLT,
        Specifiers.NameTooLong => InstallError.ENAMETOOLONG,
        _ => InstallError.EUNATCH,
    };
}
