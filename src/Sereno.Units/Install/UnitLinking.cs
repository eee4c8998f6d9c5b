using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

/// <summary>The links that one unit's [Install] section asks for.</summary>
internal sealed class UnitLinking(UnitPaths paths, UnitSearch search, InstallUnit unit, Changes changes, string config, InstallFlags flags)
{
    private readonly Specifiers _specifiers = new(unit.Effective, null, search.Context);
    private readonly LinkMaker _links = new(paths, changes);

    private bool Force => (flags & InstallFlags.Force) != 0;

    /// <summary>How many links there are now, or negative for a failure: only the first kind that has any decides.</summary>
    public int Run()
    {
        // A file outside the search path is linked into it first; without that no other link makes sense.
        if (!paths.Search.Contains(Paths.Directory(unit.Path!)) && _links.Make(unit.Path!, Paths.Join(config, unit.Name.Full), Force) is < 0 and var failed)
            return failed;
        int result = 0;
        foreach (string alias in unit.Aliases)
            if (result >= 0)
                result = Alias(alias) ?? result;
            else
                Alias(alias);
        int wanted = Dependency(unit.WantedBy, ".wants");
        result = result == 0 ? wanted : result;
        int required = Dependency(unit.RequiredBy, ".requires");
        return result == 0 ? required : result;
    }

    /// <summary>Null for an alias that is the unit's own name.</summary>
    private int? Alias(string text)
    {
        if (!Expand(text, out string alias, out int failure))
            return failure;
        if (alias.Contains('/'))
        {
            // Alias=foo.target.wants/bar.service predates WantedBy=.
            string folder = Paths.Directory(alias), name = Paths.FileName(alias);
            string? owner = folder.EndsWith(".wants", StringComparison.Ordinal) ? folder[..^6]
                : folder.EndsWith(".requires", StringComparison.Ordinal) ? folder[..^9] : null;
            if (owner is null || !UnitName.TryParse(owner, out var parsed))
                return changes.Fail(InstallError.EXDEV, alias);
            if (!Aliases.FitsDependency(name, unit.Name.Full, parsed.IsTemplate))
                return changes.Fail(InstallError.EXDEV, alias, unit.Name.Full);
        }
        else
        {
            if (UnitName.TryParse(alias, out var template) && template.IsTemplate && unit.Name.IsInstance)
                alias = template.WithInstance(unit.Name.Instance!).Full;
            switch (Aliases.Check(alias, unit.Name.Full))
            {
                case AliasProblem.Self:
                    return null;
                case AliasProblem.NotAllowed or AliasProblem.Mismatch:
                    return changes.Fail(InstallError.EXDEV, alias, unit.Name.Full);
            }
        }
        return _links.Make(unit.Path!, Paths.Join(config, alias), Force);
    }

    private int Dependency(List<string> list, string suffix)
    {
        if (list.Count == 0)
            return 0;
        bool onlyInstances = unit.Name.IsTemplate && unit.DefaultInstance is null;
        if (unit.Name.IsTemplate && !onlyInstances)
        {
            var instance = new InstallUnit(unit.Effective, auxiliary: false);
            if (search.Search(instance, SearchFlags.FollowConfig) is not InstallError.None and var error)
                return -(int)error;
            if (instance.Mode == InstallMode.Masked)
                return changes.Fail(InstallError.ERFKILL, instance.Path!);
        }
        int all = 0;
        foreach (string text in list)
            if (DependencyOf(text, suffix, onlyInstances) is { } one && (all == 0 || (one < 0 && all > 0)))
                all = one;
        return all;
    }

    private int? DependencyOf(string text, string suffix, bool onlyInstances)
    {
        if (!Expand(text, out string owner, out int failure))
            return failure;
        bool valid = UnitName.TryParse(owner, out var parsed);
        if (!valid || (onlyInstances && parsed.Instance is null))
            return (flags & InstallFlags.LenientTemplates) != 0 ? null
                : valid ? changes.Fail(InstallError.EIDRM, owner, unit.Effective.Full)
                : changes.Fail(InstallError.EUCLEAN, owner);
        int result = _links.Make(unit.Path!, $"{config}/{owner}{suffix}/{unit.Effective}", force: true);
        var other = new UnitSearch(paths, search.Context, search.Warn);
        if (other.Traverse(other.Add(parsed, auxiliary: false), SearchFlags.None, out _) == InstallError.ENOENT)
            changes.Add(InstallChangeKind.DestinationMissing, owner, unit.Path!);
        return result;
    }

    private bool Expand(string text, out string result, out int failure)
    {
        failure = 0;
        if (_specifiers.TryName(text, out result, out string problem))
            return true;
        failure = changes.Fail(InstallUnit.ErrorOf(problem), text);
        return false;
    }
}
