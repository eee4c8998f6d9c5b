using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    /// <summary>The links that one unit's [Install] section asks for.</summary>
    private sealed class Linking(Installer installer, InstallUnit unit, Draft draft, bool force)
    {
        private readonly Specifiers _specifiers = new(unit.Effective, unit.Path, installer.Context);

        /// <summary>How many links there are now, or negative for a failure: only the first kind that has any decides.</summary>
        public int Run()
        {
            // A file outside the search path is linked into it first; without that no other link makes sense.
            bool inSearchPath = installer.Paths.Search.Contains(Values.Paths.Directory(unit.Path!));
            if (!inSearchPath && installer.Link(draft, unit.Path!, Values.Paths.Join(draft.Config, unit.Name.Full), force) < 0)
                return -1;
            int aliases = 0;
            foreach (string alias in unit.Aliases)
                if (Alias(alias) is var result && aliases >= 0)
                    aliases = result ?? aliases;
            int wanted = Dependency(unit.WantedBy, ".wants"), required = Dependency(unit.RequiredBy, ".requires");
            return aliases != 0 ? aliases : wanted != 0 ? wanted : required;
        }

        /// <summary>Null for an alias that is the unit's own name.</summary>
        private int? Alias(string text)
        {
            if (!Expand(text, out string alias))
                return -1;
            if (alias.Contains('/'))
            {
                // Alias=foo.target.wants/bar.service predates WantedBy=.
                string folder = Values.Paths.Directory(alias), name = Values.Paths.FileName(alias);
                string? owner = folder.EndsWith(".wants", StringComparison.Ordinal) ? folder[..^6]
                    : folder.EndsWith(".requires", StringComparison.Ordinal) ? folder[..^9] : null;
                if (owner is null || !UnitName.TryParse(owner, out var parsed))
                    return draft.Problem($"Invalid unit reference \"{alias}\".");
                if (!Aliases.FitsDependency(name, unit.Name.Full, parsed.IsTemplate))
                    return draft.Problem($"Cannot alias {unit.Name} as {alias}.");
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
                        return draft.Problem($"Cannot alias {unit.Name} as {alias}.");
                }
            }
            return installer.Link(draft, unit.Path!, Values.Paths.Join(draft.Config, alias), force);
        }

        private int Dependency(List<string> list, string suffix)
        {
            if (list.Count == 0)
                return 0;
            bool onlyInstances = unit.Name.IsTemplate && unit.DefaultInstance is null;
            if (unit.Name.IsTemplate && !onlyInstances)
            {
                var instance = new InstallUnit(unit.Effective, auxiliary: false);
                if (new UnitSearch(installer.Paths, installer.Context).Traverse(instance, followConfig: true, out _) != InstallError.None)
                    return -1;
                if (instance.Mode == InstallMode.Masked)
                    return draft.Problem($"Unit file {instance.Path} is masked.");
            }
            int all = 0;
            foreach (string text in list)
            {
                int one = DependencyOf(text, suffix, onlyInstances);
                if (all == 0 || (one < 0 && all > 0))
                    all = one;
            }
            return all;
        }

        private int DependencyOf(string text, string suffix, bool onlyInstances)
        {
            if (!Expand(text, out string owner))
                return -1;
            if (!UnitName.TryParse(owner, out var parsed))
                return draft.Problem($"\"{owner}\" is not a valid unit name.");
            if (onlyInstances && parsed.Instance is null)
                return draft.Problem($"Destination unit {owner} is a non-template unit.");
            int result = installer.Link(draft, unit.Path!, $"{draft.Config}/{owner}{suffix}/{unit.Effective}", force: true);
            var search = new UnitSearch(installer.Paths, installer.Context);
            if (search.Traverse(search.Add(parsed, auxiliary: false), followConfig: false, out _) == InstallError.ENOENT)
                draft.Changes.Add(new("destination not present", owner, unit.Path!));
            return result;
        }

        private bool Expand(string text, out string result)
        {
            if (_specifiers.TryName(text, out result, out string error))
                return true;
            draft.Problem(error == Specifiers.UnknownSpecifier ? $"Invalid specifier in {text}." : $"Cannot resolve specifiers in \"{text}\".");
            return false;
        }
    }
}
