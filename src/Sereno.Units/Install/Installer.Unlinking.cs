using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

public sealed partial class Installer
{
    /// <summary>Finds every link below a folder that leads to a marked name or path; each found marks what points to it in turn.</summary>
    private sealed class Unlinking(UnitPaths unitPaths, string config, HashSet<string> marks, Draft draft)
    {
        private readonly HashSet<string> _removed = [.. draft.Operations.Select(o => o.Path)];

        public void Run()
        {
            if (marks.Count > 0)
                while (Walk(config))
                {
                }
        }

        /// <summary>True where a new mark makes another round necessary.</summary>
        private bool Walk(string folder)
        {
            bool again = false;
            foreach (var entry in Links.List(folder, out _))
            {
                string path = Values.Paths.Join(folder, entry.Name);
                if (entry.IsDirectory && !entry.IsLink)
                    again |= Walk(path);
                else if (entry.IsLink && !_removed.Contains(path) && UnitName.TryParse(entry.Name, out var name) && IsMarked(name, path))
                {
                    _removed.Add(path);
                    draft.Operations.Add(new(path, null));
                    draft.Changes.Add(new("unlink", path));
                    again |= marks.Add(unitPaths.Root is { } root && Values.Paths.Below(path, root) is { } inside ? "/" + inside : path);
                }
            }
            return again;
        }

        private bool IsMarked(UnitName name, string path)
        {
            if (marks.Contains(name.Full) || (name.Template is { } template && marks.Contains(template.Full)))
                return true;
            string? destination = Links.Resolve(path, unitPaths.Root, read: p => _removed.Contains(p) ? null : Links.Read(p));
            return destination is not null && (marks.Contains(destination) || marks.Contains(Values.Paths.FileName(destination)));
        }
    }
}
