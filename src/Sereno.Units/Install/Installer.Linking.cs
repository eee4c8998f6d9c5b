using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    /// <summary>The links that one unit's [Install] section asks for.</summary>
    private sealed class Linking(Installer installer, InstallUnit unit, Draft draft, bool force)
    {
        private readonly Specifiers _specifiers = new(unit.Effective, unit.Path, installer.Context);

        public void Run()
        {
            // A file outside the search path is linked into it first; without that no other link makes sense.
            bool inSearchPath = installer.Paths.Search.Contains(Values.Paths.Directory(unit.Path!));
            if (!inSearchPath && !installer.Link(draft, unit.Path!, Values.Paths.Join(draft.Config, unit.Name.Full), force))
                return;
            foreach (string alias in unit.Aliases)
                Alias(alias);
            Dependency(unit.WantedBy, ".wants");
            Dependency(unit.RequiredBy, ".requires");
        }

        private void Alias(string text)
        {
            if (!Expand(text, out string alias))
                return;
            if (alias.Contains('/'))
            {
                // Alias=foo.target.wants/bar.service predates WantedBy=.
                string folder = Values.Paths.Directory(alias), name = Values.Paths.FileName(alias);
                string? owner = folder.EndsWith(".wants", StringComparison.Ordinal) ? folder[..^6]
                    : folder.EndsWith(".requires", StringComparison.Ordinal) ? folder[..^9] : null;
                if (owner is null || !UnitName.TryParse(owner, out var parsed))
                {
                    draft.Fail($"Invalid unit reference \"{alias}\".");
                    return;
                }
                if (!Aliases.FitsDependency(name, unit.Name.Full, parsed.IsTemplate))
                {
                    draft.Fail($"Cannot alias {unit.Name} as {alias}.");
                    return;
                }
            }
            else
            {
                if (UnitName.TryParse(alias, out var template) && template.IsTemplate && unit.Name.IsInstance)
                    alias = template.WithInstance(unit.Name.Instance!).Full;
                switch (Aliases.Check(alias, unit.Name.Full))
                {
                    case AliasProblem.Self:
                        return;
                    case AliasProblem.NotAllowed or AliasProblem.Mismatch:
                        draft.Fail($"Cannot alias {unit.Name} as {alias}.");
                        return;
                }
            }
            if (installer.Link(draft, unit.Path!, Values.Paths.Join(draft.Config, alias), force))
                draft.Rules++;
        }

        private void Dependency(List<string> list, string suffix)
        {
            if (list.Count == 0)
                return;
            bool onlyInstances = unit.Name.IsTemplate && unit.DefaultInstance is null;
            string name = unit.Effective.Full;
            if (unit.Name.IsTemplate && !onlyInstances)
            {
                var instance = new InstallUnit(unit.Effective, auxiliary: false);
                var search = new UnitSearch(installer.Paths, installer.Context);
                if (search.Traverse(instance, followConfig: true, out _) != InstallError.None)
                    return;
                if (instance.Mode == InstallMode.Masked)
                {
                    draft.Fail($"Unit file {instance.Path} is masked.");
                    return;
                }
            }
            foreach (string text in list)
            {
                if (!Expand(text, out string owner))
                    continue;
                if (!UnitName.TryParse(owner, out var parsed))
                    draft.Fail($"\"{owner}\" is not a valid unit name.");
                else if (onlyInstances && parsed.Instance is null)
                    draft.Fail($"Destination unit {owner} is a non-template unit.");
                else if (installer.Link(draft, unit.Path!, $"{draft.Config}/{owner}{suffix}/{name}", force: true))
                {
                    draft.Rules++;
                    if (new UnitSearch(installer.Paths, installer.Context) is var search
                        && search.Traverse(search.Add(parsed, auxiliary: false), followConfig: false, out _) == InstallError.ENOENT)
                        draft.Changes.Add(new("destination not present", owner, unit.Path!));
                }
            }
        }

        private bool Expand(string text, out string result)
        {
            if (_specifiers.TryName(text, out result, out string error))
                return true;
            draft.Fail(error == Specifiers.UnknownSpecifier ? $"Invalid specifier in {text}." : $"Cannot resolve specifiers in \"{text}\".");
            return false;
        }
    }
}
