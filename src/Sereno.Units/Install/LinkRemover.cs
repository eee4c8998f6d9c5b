using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Install;

/// <summary>Removes every link below a folder that leads to a marked name or path; each removed marks what points to it in turn.</summary>
internal sealed class LinkRemover(UnitPaths unitPaths, Changes changes, bool dryRun = false)
{
    private readonly HashSet<string> _marks = [];

    /// <summary>Of a dry run: they count as gone already.</summary>
    private readonly HashSet<string> _said = [];
    private int _result;

    public void Mark(string nameOrPath) => _marks.Add(LinkMaker.Inside(unitPaths, nameOrPath));

    public int Run(string? config)
    {
        _result = 0;
        if (_marks.Count > 0 && config is not null)
            while (Walk(config, config))
            {
            }
        return _result;
    }

    /// <summary>True where a new mark makes another round necessary.</summary>
    private bool Walk(string folder, string config)
    {
        bool again = false;
        foreach (var entry in Links.List(folder, out _))
        {
            string path = Paths.Join(folder, entry.Name);
            if (entry.IsDirectory && !entry.IsLink)
                again |= Walk(path, config);
            else if (entry.IsLink && !_said.Contains(path) && UnitName.TryParse(entry.Name, out var name) && IsMarked(name, path) && Remove(path, config))
                again |= _marks.Add(LinkMaker.Inside(unitPaths, path)) && !dryRun;
        }
        return again;
    }

    private bool IsMarked(UnitName name, string path)
    {
        if (_marks.Contains(name.Full) || (name.Template is { } template && _marks.Contains(template.Full)))
            return true;
        if (Links.Resolve(path, unitPaths.Root) is { } destination)
            return _marks.Contains(destination) || _marks.Contains(Paths.FileName(destination));
        Failed(changes.Fail(InstallError.ELOOP, path));
        return false;
    }

    private bool Remove(string path, string config)
    {
        _said.Add(path);
        try
        {
            if (!dryRun)
            {
                File.Delete(path);
                RemoveEmptyParents(path, config);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failed(changes.Fail(InstallErrors.Of(e), path));
            return false;
        }
        changes.Add(InstallChangeKind.Unlink, path);
        return true;
    }

    private void Failed(int result) => _result = _result < 0 ? _result : result;

    public static void RemoveEmptyParents(string path, string stop)
    {
        for (string folder = Paths.Directory(path); Paths.Below(folder, stop) is { Length: > 0 }; folder = Paths.Directory(folder))
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
            else
                return;
    }
}
