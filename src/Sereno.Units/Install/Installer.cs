using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Units.Install;

/// <summary>
/// enable, disable, mask and their kin: each computes a plan from the file system as it is and changes nothing;
/// <see cref="Apply"/> does.
/// </summary>
public sealed partial class Installer(UnitPaths paths, SpecifierContext context)
{
    private UnitPaths Paths { get; } = paths;
    private SpecifierContext Context { get; } = context;

    /// <summary>A plan in the making.</summary>
    private sealed class Draft(string config)
    {
        public List<LinkOperation> Operations { get; } = [];
        public List<InstallChange> Changes { get; } = [];
        public List<string> Problems { get; } = [];
        public string Config { get; } = config;

        /// <summary>As systemd counts: the links asked for, or negative once a unit failed.</summary>
        public int Result { get; private set; }

        /// <summary>Says what went wrong; whether that makes a failure is for the caller to count.</summary>
        public int Problem(string message)
        {
            Problems.Add(message);
            return -1;
        }

        public void Fail(string message) => Count(Problem(message));

        public void Count(int links) => Result = Result < 0 ? Result : links < 0 ? links : Result + links;

        public InstallPlan Plan() => new()
        {
            Operations = [.. Operations], Changes = [.. Changes], Problems = [.. Problems], ConfigDirectory = Config,
            Error = Result < 0 ? Problems[0] : null, CarriesInstallInfo = Result != 0,
        };
    }

    private string ConfigDirectory(bool runtime) => runtime
        ? Paths.RuntimeConfig ?? throw new InvalidOperationException("cannot use the runtime folder: this instance has none")
        : Paths.PersistentConfig;

    /// <param name="names">Unit names, or absolute paths of files outside the search path, which get linked.</param>
    /// <param name="force">Replaces links that lead elsewhere.</param>
    public InstallPlan Enable(IEnumerable<string> names, bool runtime = false, bool force = false)
    {
        var draft = new Draft(ConfigDirectory(runtime));
        var search = new UnitSearch(Paths, Context);
        foreach (string name in names)
            if (!Discover(search, name, draft))
                return draft.Plan();
        while (search.Pending.TryDequeue(out var unit))
        {
            var error = search.Traverse(unit, followConfig: false, out _);
            if (error != InstallError.None && unit.Auxiliary)
                draft.Changes.Add(new("auxiliary unit failed", unit.Name.Full));
            else if (error != InstallError.None)
            {
                draft.Fail(Describe(error, unit.Path ?? unit.Name.Full));
                break;
            }
            else if (unit.Mode == InstallMode.Masked)
            {
                draft.Changes.Add(new("masked", unit.Path!));
                draft.Count(1);
            }
            else if (unit.Mode == InstallMode.Regular)
                draft.Count(new Linking(this, unit, draft, force).Run());
        }
        return draft.Plan();
    }

    /// <summary>Takes every link away that leads to the units, or has their name.</summary>
    public InstallPlan Disable(IEnumerable<string> names, bool runtime = false)
    {
        var draft = new Draft(ConfigDirectory(runtime));
        var search = new UnitSearch(Paths, Context);
        foreach (string name in names)
            if (UnitName.TryParse(name, out var parsed))
                search.Add(parsed, auxiliary: false);
            else
            {
                draft.Fail($"\"{name}\" is not a valid unit name.");
                return draft.Plan();
            }
        var marks = new HashSet<string>();
        while (search.Pending.TryDequeue(out var unit))
        {
            var error = search.Traverse(unit, followConfig: true, out _);
            if (error == InstallError.ENOLINK)
                draft.Changes.Add(new("dangling", unit.Path ?? unit.Name.Full));
            else if (error != InstallError.None && !(error == InstallError.ENOENT && unit.Auxiliary))
                draft.Fail(Describe(error, unit.Path ?? unit.Name.Full)); // a link that its unit left behind still goes
            else if (error == InstallError.None && unit.Mode == InstallMode.Masked)
            {
                draft.Changes.Add(new("masked", unit.Path ?? unit.Name.Full));
                continue;
            }
            else if (error == InstallError.None && unit.Mode is not InstallMode.Regular)
                continue;
            draft.Count(unit.HasRules ? 1 : 0);
            marks.Add(unit.Name.Full);
        }
        new Unlinking(Paths, draft.Config, marks, draft).Run();
        return draft.Plan();
    }

    public InstallPlan Mask(IEnumerable<string> names, bool runtime = false, bool force = false)
    {
        var draft = new Draft(ConfigDirectory(runtime));
        foreach (string name in names)
            if (UnitName.TryParse(name, out _))
                draft.Count(Link(draft, "/dev/null", Values.Paths.Join(draft.Config, name), force));
            else
                draft.Fail($"\"{name}\" is not a valid unit name.");
        return draft.Plan();
    }

    public InstallPlan Unmask(IEnumerable<string> names, bool runtime = false)
    {
        var draft = new Draft(ConfigDirectory(runtime));
        var marks = new HashSet<string>();
        foreach (string name in names.Distinct())
        {
            string path = Values.Paths.Join(draft.Config, name);
            if (!UnitName.TryParse(name, out _))
                draft.Fail($"\"{name}\" is not a valid unit name.");
            else if ((Links.Read(path) is not null || File.Exists(path)) && Links.IsMask(path, Paths.Root))
            {
                draft.Operations.Add(new(path, null));
                draft.Changes.Add(new("unlink", path));
                marks.Add(Inside(path));
            }
        }
        new Unlinking(Paths, draft.Config, marks, draft).Run();
        return draft.Plan();
    }

    private bool Discover(UnitSearch search, string name, Draft draft)
    {
        bool isPath = Values.Paths.IsAbsolute(name);
        if (!UnitName.TryParse(isPath ? Values.Paths.FileName(name) : name, out var parsed))
        {
            draft.Fail($"\"{name}\" is not a valid unit name.");
            return false;
        }
        var unit = search.Add(parsed, auxiliary: false);
        if (isPath)
            unit.Path = Paths.Root + Values.Paths.Simplify(name);
        var error = search.Traverse(unit, followConfig: true, out var found);
        string? folder = found.Path is null ? null : Values.Paths.Directory(found.Path);
        if (error != InstallError.None)
            draft.Fail(Describe(error, name));
        else if (found.Mode == InstallMode.Masked)
            draft.Fail($"Unit file {found.Path} is masked.");
        else if (folder is not null && (Paths.IsGenerator(folder) || folder == Paths.Transient))
            draft.Fail($"Unit {found.Path} is transient or generated.");
        else
            return true;
        return false;
    }

    private static string Describe(InstallError error, string what) => error switch
    {
        InstallError.ENOENT => $"Unit file {what} does not exist.",
        InstallError.ELOOP => $"Refusing to operate on linked unit file {what}",
        InstallError.EXDEV => $"Invalid unit reference \"{what}\".",
        InstallError.ENOLINK => $"File {what}: Link has been severed",
        InstallError.EBADMSG => $"File {what}: Bad message",
        InstallError.EISDIR => $"File {what}: Is a directory",
        _ => $"File {what}: Invalid argument",
    };

    /// <summary>A path as those inside the root see it.</summary>
    private string Inside(string path) => Paths.Root is { } root && Values.Paths.Below(path, root) is { } below ? "/" + below : path;

    /// <summary>Plans a link: 1, also where it is there already; negative where another is in the way.</summary>
    private int Link(Draft draft, string target, string path, bool force)
    {
        target = Inside(target);
        string? planned = draft.Operations.FindLast(o => o.Path == path).Target;
        string? existing = planned ?? Links.Read(path);
        bool isFile = existing is null && File.Exists(path);
        if (existing is null && !isFile)
        {
            draft.Operations.Add(new(path, target));
            draft.Changes.Add(new("symlink", path, target));
            return 1;
        }
        if (existing is not null && Equivalent(existing, target, path))
            return 1;
        if (!force || isFile)
            return draft.Problem(existing is null ? $"File {path} already exists." : $"File {path} already exists and is a symlink to {existing}.");
        draft.Operations.Add(new(path, target, Replace: true));
        draft.Changes.Add(new("unlink", path));
        draft.Changes.Add(new("symlink", path, target));
        return 1;
    }

    /// <summary>Relative or absolute, the same file is meant.</summary>
    private bool Equivalent(string existing, string target, string path)
    {
        string Full(string text) => Values.Paths.IsAbsolute(text) ? Paths.Root + text : Values.Paths.Join(Values.Paths.Directory(path), text);
        string a = Full(existing), b = Full(target);
        return existing == target || Links.Resolve(a, Paths.Root) == Links.Resolve(b, Paths.Root)
            // Two files of one name on the search path are one unit, even where a link leads nowhere.
            || (Values.Paths.FileName(a) == Values.Paths.FileName(b) && IsSearched(a) && IsSearched(b));

        bool IsSearched(string file) => Paths.Search.Any(folder => Values.Paths.Below(file, folder) is not null);
    }

    /// <summary>Makes and removes the links; the first failure of the file system is thrown, with its path.</summary>
    public static void Apply(InstallPlan plan)
    {
        foreach (var (path, target, replace) in plan.Operations)
            if (target is null)
            {
                File.Delete(path);
                RemoveEmptyParents(path, plan.ConfigDirectory);
            }
            else
            {
                Directory.CreateDirectory(Values.Paths.Directory(path));
                if (!replace)
                    File.CreateSymbolicLink(path, target);
                else
                {
                    // A rename over the old link leaves no moment without one.
                    string temporary = $"{Values.Paths.Directory(path)}/.#{Values.Paths.FileName(path)}{Guid.NewGuid():N}";
                    File.CreateSymbolicLink(temporary, target);
                    File.Move(temporary, path, overwrite: true);
                }
            }
    }

    private static void RemoveEmptyParents(string path, string stop)
    {
        for (string folder = Values.Paths.Directory(path); Values.Paths.Below(folder, stop) is { Length: > 0 }; folder = Values.Paths.Directory(folder))
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
            else
                return;
    }
}
