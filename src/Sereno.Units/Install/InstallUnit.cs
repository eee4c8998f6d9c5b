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
    public List<string> Also { get; } = [];
    public string? DefaultInstance { get; private set; }

    public bool HasRules => WantedBy.Count + RequiredBy.Count + Aliases.Count > 0;

    /// <summary>The name that specifiers speak of: a template stands for its default instance.</summary>
    public UnitName Effective => Name.IsTemplate && DefaultInstance is not null ? Name.WithInstance(DefaultInstance) : Name;

    /// <summary>Reads the [Install] lines of a fragment or drop-in; false for what is no unit syntax.</summary>
    public bool Read(ReadOnlySpan<byte> bytes, SpecifierContext context)
    {
        bool inside = false;
        foreach (var line in UnitText.Parse(bytes))
        {
            if (line.IsFatal)
                return false;
            if (line.Kind == LineKind.Section)
                inside = line.Key == "Install";
            else if (inside && line.Kind == LineKind.Assignment)
                Assign(line.Key, line.Value, context);
        }
        return true;
    }

    private void Assign(string key, string value, SpecifierContext context)
    {
        switch (key)
        {
            case "WantedBy":
                Extend(WantedBy, value);
                break;
            case "RequiredBy":
                Extend(RequiredBy, value);
                break;
            case "Alias" when Load.Aliases.MayAlias(Name.Type):
                Extend(Aliases, value);
                break;
            case "Also":
                foreach (string word in WordReader.Split(value, WordFlags.None) ?? [])
                    if (new Specifiers(Effective, Path, context).TryName(word, out string also, out _))
                        Also.Add(also);
                break;
            case "DefaultInstance" when Name.IsTemplate && new Specifiers(Effective, Path, context).TryName(value, out string instance, out _):
                DefaultInstance = instance.Length > 0 && UnitName.TryParse($"{Name.Prefix}@{instance}{UnitName.SuffixOf(Name.Type)}", out _) ? instance : null;
                break;
        }
    }

    private static void Extend(List<string> list, string value)
    {
        if (value.Length == 0)
            list.Clear();
        list.AddRange(WordReader.Split(value, WordFlags.Unquote | WordFlags.RetainEscape) ?? []);
    }

    /// <summary>Whether a link's name is one that this unit's own [Install] section would make.</summary>
    public bool IsKnownAs(string link) => link == Name.Full || Aliases.Contains(link) || link == Effective.Full;

    public string FileName => Paths.FileName(Path ?? Name.Full);
}
