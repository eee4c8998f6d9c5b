using Sereno.Tmpfiles;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Sysusers;

/// <summary>A user or a group that there should be.</summary>
public sealed class SysusersItem(char type, string name)
{
    public char Type { get; } = type;
    public string Name { get; } = name;
    public uint? Uid { get; set; }
    public uint? Gid { get; set; }

    /// <summary>A file whose owner's number is taken.</summary>
    public string? IdPath { get; init; }
    public string? GroupName { get; init; }
    public bool IsStrict { get; set; }
    public string? Description { get; init; }
    public string? Home { get; init; }
    public string? Shell { get; init; }

    /// <summary>Found to be missing.</summary>
    public bool IsNew { get; set; }

    public bool IsLike(SysusersItem o) => (Type, Uid, Gid, IdPath, GroupName, Description, Home, Shell) == (o.Type, o.Uid, o.Gid, o.IdPath, o.GroupName, o.Description, o.Home, o.Shell);
}

/// <summary>Reads lines of sysusers.d(5); what is wrong with one is said, and it doesn't count.</summary>
public sealed class SysusersReader(SpecifierContext context, Action<string> complain)
{
    private static readonly UnitName s_noUnit = UnitName.Parse("sysusers.service");
    private readonly Specifiers _specifiers = new(s_noUnit, null, context) { Known = "aAbBHlqmMovwWTV" }; // sysusers.d(5), "Specifiers"

    public OrderedDictionary<string, SysusersItem> Users { get; } = [];
    public OrderedDictionary<string, SysusersItem> Groups { get; } = [];

    /// <summary>The users to add to each group.</summary>
    public OrderedDictionary<string, List<string>> Members { get; } = [];

    /// <summary>Some line was none.</summary>
    public bool HasInvalid { get; private set; }

    /// <summary>Where free numbers are looked for; empty: the system's range.</summary>
    public List<(uint First, uint Last)> Ranges { get; } = [];

    public void Read(string name, IEnumerable<string> lines)
    {
        foreach (var (number, text) in ConfigFiles.Lines(lines))
            try
            {
                ReadLine(text, $"{name}:{number}");
            }
            catch (FormatException e)
            {
                HasInvalid = true;
                complain($"{name}:{number}: {e.Message}");
            }
    }

    /// <summary>What m lines speak of is there too.</summary>
    public void AddImplicit()
    {
        foreach (var (group, users) in Members)
        {
            foreach (string user in users)
                Users.TryAdd(user, new('u', user));
            if (!Users.ContainsKey(group))
                Groups.TryAdd(group, new('g', group));
        }
    }

    private void ReadLine(string line, string place)
    {
        var words = new WordReader(line);
        var fields = new List<string>();
        while (fields.Count < 7 && words.Next(WordFlags.Unquote, out string word) is var result && result != WordResult.End)
            fields.Add(result == WordResult.Word ? word : throw new FormatException("Syntax error."));
        if (fields.Count < 2)
            throw new FormatException("Missing action and name columns.");
        if (fields.Count > 6)
            throw new FormatException("Trailing garbage.");
        if (fields[0].Length != 1)
            throw new FormatException("Unknown modifier.");
        char type = fields[0][0];
        string? Field(int i) => i < fields.Count && fields[i] is { Length: > 0 } text && text != "-" ? Expand(text) : null;
        var (name, id, description, home, shell) = (Field(1), Field(2), Field(3), Field(4), Field(5));
        if (name is not null && !IsName(name))
            throw new FormatException($"'{name}' is not a valid user or group name.");
        if (description is not null && (description.Contains(':') || description.Any(char.IsControl)))
            throw new FormatException($"'{description}' is not a valid GECOS field.");
        home = CheckPath(home, "home directory");
        shell = CheckPath(shell, "login shell");
        if (type is 'g' or 'm' or 'r' && (description ?? home ?? shell) is not null)
            throw new FormatException($"Lines of type '{type}' don't take a {(description is not null ? "GECOS" : home is not null ? "home directory" : "login shell")} field.");
        switch (type)
        {
            case 'r':
                AddRange(name, id);
                break;
            case 'm':
                AddMember(name, id);
                break;
            case 'u':
                Put(Users, User(name ?? throw new FormatException("Lines of type 'u' require a user name in the second field."), id, description, home, shell), place);
                break;
            case 'g':
                Put(Groups, Group(name ?? throw new FormatException("Lines of type 'g' require a user name in the second field."), id), place);
                break;
            default:
                throw new FormatException($"Unknown command type '{type}'.");
        }
    }

    private void Put(OrderedDictionary<string, SysusersItem> all, SysusersItem item, string place)
    {
        if (!all.TryAdd(item.Name, item) && !all[item.Name].IsLike(item))
            complain($"{place}: Conflict with earlier configuration for {(item.Type == 'u' ? "user" : "group")} '{item.Name}', ignoring line.");
    }

    private void AddRange(string? name, string? id)
    {
        if (name is not null)
            throw new FormatException("Lines of type 'r' don't take a name field.");
        string[] ends = (id ?? throw new FormatException("Lines of type 'r' require an ID range in the third field.")).Split('-');
        if (ends.Length > 2 || !uint.TryParse(ends[0], out uint first) || !uint.TryParse(ends[^1], out uint last) || last < first)
            throw new FormatException($"Invalid UID range {id}.");
        Ranges.Add((first, last));
    }

    private void AddMember(string? name, string? group)
    {
        if (name is null)
            throw new FormatException("Lines of type 'm' require a user name in the second field.");
        if (group is null)
            throw new FormatException("Lines of type 'm' require a group name in the third field.");
        if (!IsName(group))
            throw new FormatException($"'{group}' is not a valid user or group name.");
        if (!Members.TryGetValue(group, out var list))
            Members[group] = list = [];
        if (!list.Contains(name))
            list.Add(name);
    }

    private static SysusersItem User(string name, string? id, string? description, string? home, string? shell)
    {
        uint? uid = null, gid = null;
        string? path = id is ['/', ..] ? Paths.Simplify(id) : null, group = null;
        if (id is not null && path is null)
        {
            int colon = id.IndexOf(':');
            string user = colon < 0 ? id : id[..colon];
            if (colon >= 0 && Number(id[(colon + 1)..]) is { } number)
                gid = number;
            else if (colon >= 0)
                group = IsName(id[(colon + 1)..]) ? id[(colon + 1)..] : throw new FormatException($"Failed to parse GID: '{id}': Invalid argument");
            if (user != "-")
                uid = Number(user) ?? throw new FormatException($"Failed to parse UID: '{id}': Invalid argument");
        }
        return new('u', name) { Uid = uid, Gid = gid, IdPath = path, GroupName = group, IsStrict = gid is not null, Description = description, Home = home, Shell = shell };
    }

    private static SysusersItem Group(string name, string? id) => id is ['/', ..] ? new('g', name) { IdPath = Paths.Simplify(id) }
        : new('g', name) { Gid = id is null ? null : Number(id) ?? throw new FormatException($"Failed to parse GID: '{id}': Invalid argument") };

    /// <summary>-1, in 16 and in 32 bits, means nobody.</summary>
    private static uint? Number(string text) => uint.TryParse(text, System.Globalization.NumberStyles.None, null, out uint id) && id is not (uint.MaxValue or ushort.MaxValue) ? id : null;

    private string Expand(string text) => _specifiers.TryText(text, out string result, out string error) ? result
        : throw new FormatException($"Failed to replace specifiers in '{text}': {error}");

    private static string? CheckPath(string? path, string what) => path is null ? null
        : Paths.Simplify(path) is ['/', ..] simple && !simple.Contains(':') && !simple.Any(char.IsControl) && Paths.IsNormalized(simple) ? simple
        : throw new FormatException($"'{path}' is not a valid {what} field.");

    /// <summary>As strict as systemd is with names that it makes: a letter or an underscore, then those, digits and dashes; 31 at most.</summary>
    private static bool IsName(string name) => name.Length is > 0 and <= 31 && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
