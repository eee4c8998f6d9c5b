using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

/// <summary>mask, unmask, link and revert.</summary>
public sealed partial class Installer
{
    public InstallReport Mask(IEnumerable<string> names, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        int result = 0;
        foreach (string name in names)
            result = First(result, UnitName.TryParse(name, out _)
                ? new LinkMaker(Paths, changes).Make("/dev/null", Values.Paths.Join(config, name), (flags & InstallFlags.Force) != 0)
                : -(int)InstallError.EINVAL);
        return result;
    });

    public InstallReport Unmask(IEnumerable<string> names, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        var remover = new LinkRemover(Paths, changes);
        var masks = new List<string>();
        foreach (string name in names)
        {
            if (!UnitName.TryParse(name, out var parsed))
                return -(int)InstallError.EINVAL;
            if (Paths.Root is null && new InstallUnit(parsed, auxiliary: false) is var unit && NewSearch().Search(unit, SearchFlags.None) == InstallError.None
                && unit.Mode == InstallMode.Masked && Paths.IsGenerator(Values.Paths.Directory(unit.Path!)))
                changes.Add(InstallChangeKind.MaskedByGenerator, name, unit.Path);
            string path = Values.Paths.Join(config, name);
            // As the kernel follows links: also below --root=.
            if (Path.Exists(path) && Links.IsMask(path) && !masks.Contains(path))
                masks.Add(path);
        }
        int result = 0;
        foreach (string path in masks)
            try
            {
                File.Delete(path);
                changes.Add(InstallChangeKind.Unlink, path);
                remover.Mark(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                result = First(result, changes.Fail(InstallErrors.Of(e), path));
            }
        return First(result, remover.Run(config));
    });

    /// <summary>Links files from outside the search path into it.</summary>
    public InstallReport Link(IEnumerable<string> files, InstallFlags flags = InstallFlags.None) => Do(flags, (changes, config) =>
    {
        var todo = new List<string>();
        foreach (string file in files)
        {
            if (!Values.Paths.IsAbsolute(file))
                return changes.Fail(InstallError.EINVAL, file);
            if (!UnitName.TryParse(Values.Paths.FileName(file), out _))
                return changes.Fail(InstallError.EUCLEAN, file);
            var kind = FileKinds.Of(Paths.Root + file);
            if (kind is FileKind.Missing or FileKind.Link or FileKind.Folder)
                return changes.Fail(kind switch { FileKind.Missing => InstallError.ENOENT, FileKind.Link => InstallError.ELOOP, _ => InstallError.EISDIR }, file);
            if (Paths.Search.Contains(Values.Paths.Directory(file)))
                continue;
            if (Paths.Search.Any(folder => Values.Paths.Below(file, folder) is not null))
                return changes.Fail(InstallError.ETXTBSY, file);
            if (!todo.Contains(file))
                todo.Add(file);
        }
        int result = 0;
        foreach (string file in todo)
            result = First(result, new LinkMaker(Paths, changes).Make(file, Values.Paths.Join(config, Values.Paths.FileName(file)), (flags & InstallFlags.Force) != 0));
        return result;
    });

    /// <summary>Back to what the vendor delivered: drop-ins of the configuration go, and overriding files where a vendor's is there.</summary>
    public InstallReport Revert(IEnumerable<string> names)
    {
        var changes = new Changes();
        return changes.Report(Revert(names, changes));
    }

    private int Revert(IEnumerable<string> names, Changes changes)
    {
        var todo = new List<string>();
        foreach (string name in names)
        {
            if (!UnitName.TryParse(name, out _))
                return -(int)InstallError.EINVAL;
            var files = Paths.Search.Select(folder => (Folder: folder, Path: Values.Paths.Join(folder, name))).ToList();
            foreach (var (folder, path) in files)
                if (FileKinds.Of(path + ".d") == FileKind.Folder && (IsConfig(folder) || folder == Paths.PersistentControl || folder == Paths.RuntimeControl || folder == Paths.Transient))
                    todo.Add(path + ".d");
            if (files.Any(f => FileKinds.Of(f.Path) is FileKind.Regular or FileKind.Empty && IsVendor(f.Path)))
                todo.AddRange(files.Where(f => IsConfig(f.Folder) && FileKinds.Of(f.Path) is FileKind.Regular or FileKind.Empty or FileKind.Link).Select(f => f.Path));
        }
        int result = 0;
        var remover = new LinkRemover(Paths, changes);
        foreach (string path in todo.Distinct())
            try
            {
                bool isFolder = FileKinds.Of(path) == FileKind.Folder;
                string[] inside = [.. isFolder ? Links.List(path, out _).Where(e => e.IsLink || !e.IsDirectory).Select(e => Values.Paths.Join(path, e.Name)) : []];
                if (isFolder)
                    Directory.Delete(path, recursive: true);
                else
                    File.Delete(path);
                foreach (string file in inside.Append(path))
                    changes.Add(InstallChangeKind.Unlink, file);
                remover.Mark(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                result = First(result, -(int)InstallErrors.Of(e));
            }
        result = First(result, remover.Run(Paths.RuntimeConfig));
        return First(result, remover.Run(Paths.PersistentConfig));
    }

    private bool IsConfig(string folder) => folder == Paths.PersistentConfig || folder == Paths.RuntimeConfig;

    private bool IsVendor(string path)
    {
        string inside = LinkMaker.Inside(Paths, path);
        return Values.Paths.Below(inside, "/usr") is not null || Values.Paths.Below(inside, "/lib") is not null
            || Paths.IsGenerator(Values.Paths.Directory(inside));
    }

    private static int First(int result, int next) => result < 0 ? result : Math.Min(next, 0);
}
