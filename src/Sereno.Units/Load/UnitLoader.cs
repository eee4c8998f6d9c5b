using System.Collections.Immutable;
using Sereno.Units.Directives;
using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>
/// Definitions from unit files: a scan of the search path answers where everything is until <see cref="Rescan"/>;
/// the files themselves are read at each load, each once. Not for several threads at a time.
/// </summary>
public sealed class UnitLoader(UnitPaths paths, SpecifierContext context) : IUnitLoader
{
    private static readonly (string Suffix, Dependency Kind)[] s_dependencyFolders =
        [(".wants", Dependency.Wants), (".requires", Dependency.Requires), (".upholds", Dependency.Upholds)];

    private static readonly string[] s_folders = [".wants", ".requires", ".upholds", ".d"];

    /// <summary>By its prefix, an instance of each template in which nothing but the name tells the instances apart: a connection each may come many times a second.</summary>
    private readonly Dictionary<string, UnitDefinition> _templates = [];

    private DateTime[] _folderTimes = TimesOf(paths);

    public UnitPaths Paths { get; } = paths;

    /// <summary>What specifiers stand for here.</summary>
    public SpecifierContext Context { get; } = context;

    /// <summary>Which assignments stay in the definitions as they were read; null for all. A manager of a thousand units wants few.</summary>
    public Func<Directive, bool>? Keeps { get; init; }

    /// <summary>The scan in use.</summary>
    public UnitFiles Files { get; private set; } = UnitFiles.Scan(paths);

    /// <summary>Looks at the folders again: daemon-reload, and after links were made or removed.</summary>
    public void Rescan()
    {
        _folderTimes = TimesOf(Paths);
        _templates.Clear();
        Files = UnitFiles.Scan(Paths);
    }

    /// <summary>Files that are newer than what was read, or gone, and drop-ins that have come since (systemctl(1), "Warning: ... changed on disk").</summary>
    public bool HasChanged(UnitDefinition unit) => unit.Sources.Any(s => File.GetLastWriteTimeUtc(s.Path) != s.ModifiedUtc)
        || (unit.FragmentPath is not null && !UnitFiles.DropInsOf(Paths, unit.Name, unit.Aliases).SequenceEqual(unit.DropInPaths));

    private bool HaveFoldersChanged() => !TimesOf(Paths).AsSpan().SequenceEqual(_folderTimes);

    private static DateTime[] TimesOf(UnitPaths paths) => [.. paths.Search.Select(Directory.GetLastWriteTimeUtc)];

    /// <summary>Any instance of a service's template, where they are all alike and one has been read since the file was changed; else null.</summary>
    public UnitDefinition? Typical(UnitName template) => template.Type == UnitType.Service && _templates.TryGetValue(template.Prefix, out var known)
        && known.Sources is [var source] && File.GetLastWriteTimeUtc(source.Path) == source.ModifiedUtc ? known : null;

    public UnitDefinition Load(UnitName name)
    {
        if (name.IsInstance && Typical(name) is { } known)
            return known with { Name = name, Description = known.Description == known.Name.Full ? name.Full : known.Description };
        var (fragment, names) = Files.Find(name);
        if (fragment is null && HaveFoldersChanged())
        {
            // A file that has come since is found without daemon-reload, as with systemd.
            Rescan();
            (fragment, names) = Files.Find(name);
        }
        if (fragment is null)
        {
            // Its .wants/ and .requires/ folders may be there all the same: a standard target needs no file of its own.
            var links = new UnitBuilder(name);
            var missing = new Loading(this, links, new Specifiers(name, null, Context));
            foreach (var (suffix, kind) in s_dependencyFolders)
                missing.DependencyFolders(name, [], suffix, kind);
            return Without(name, LoadState.NotFound, $"Unit {name} not found.") with { Dependencies = links.Build().Dependencies };
        }
        if (Links.IsMask(fragment, Paths.Root))
            return Without(name, LoadState.Masked, $"Unit {name} is masked.") with { FragmentPath = fragment };

        var main = MainName(name, fragment);
        bool isPlain = main == name && main is { IsInstance: true, Type: UnitType.Service } && names.All(n => n == main)
            && s_folders.All(suffix => Files.Folders(main, [], suffix).Count == 0) && !Files.HaveInstances(main.Prefix);
        var unit = new UnitBuilder(main);
        var loading = new Loading(this, unit, new Specifiers(main, fragment, Context));
        var aliases = names.Where(n => n != main).ToImmutableArray();
        var (state, error) = loading.Fragment(fragment);
        if (state == LoadState.Loaded)
        {
            foreach (var (suffix, kind) in s_dependencyFolders)
                loading.DependencyFolders(main, aliases, suffix, kind);
            loading.DropIns(main, aliases);
        }
        var service = state == LoadState.Loaded && main.Type == UnitType.Service ? loading.Service(ref state, ref error) : null;
        var (timer, path) = loading.Trigger(ref state, ref error);
        var mount = state == LoadState.Loaded && main.Type is UnitType.Mount or UnitType.Automount or UnitType.Swap ? loading.Mount(ref state, ref error) : null;
        var socket = loading.Socket(ref state, ref error);
        if (state == LoadState.Loaded && main.IsTemplate)
            (state, error, service) = (LoadState.Error, $"Unit name {main} is missing the instance name.", null);
        if (Keeps is { } keeps)
            unit.Directives.RemoveAll(d => !keeps(d));
        var definition = unit.Build() with
        {
            Aliases = aliases,
            LoadState = state,
            LoadError = error,
            FragmentPath = fragment,
            DropInPaths = [.. loading.DropInPaths],
            Sources = [.. loading.Sources],
            Service = service,
            IsTransient = Paths.Transient is { } transient && fragment.StartsWith(transient + "/", StringComparison.Ordinal),
            Timer = timer,
            Path = path,
            Mount = mount,
            Socket = socket,
            Scope = state == LoadState.Loaded && main.Type == UnitType.Scope
                ? new ScopeDefinition(unit.Kill, unit.Service.TimeoutStopUsec, unit.Service.RuntimeMaxUsec) : null,
            Triggers = state != LoadState.Loaded ? null : main.Type switch
            {
                // A connection's service is an instance of its own.
                UnitType.Socket when unit.AcceptsConnections => null,
                UnitType.Timer or UnitType.Path or UnitType.Socket => unit.Trigger ?? main.WithType(UnitType.Service),
                UnitType.Automount => main.WithType(UnitType.Mount),
                _ => unit.Unit.Triggers,
            },
        };
        if (isPlain && state == LoadState.Loaded && definition is { Diagnostics.IsEmpty: true, IsTransient: false } && !loading.HasSpecifiers)
            _templates[main.Prefix] = definition;
        return definition;
    }

    private static UnitDefinition Without(UnitName name, LoadState state, string error) =>
        new() { Name = name, Description = name.Full, LoadState = state, LoadError = error };

    /// <summary>A unit is called as its file is, whichever alias asked for it.</summary>
    private static UnitName MainName(UnitName name, string fragment) =>
        !UnitName.TryParse(Values.Paths.FileName(fragment), out var file) ? name
        : file.IsTemplate && name.IsInstance ? file.WithInstance(name.Instance!) : file;

    /// <summary>The files of one unit, read into its builder.</summary>
    private sealed class Loading(UnitLoader loader, UnitBuilder unit, Specifiers specifiers)
    {
        public List<string> DropInPaths { get; } = [];
        public List<SourceFile> Sources { get; } = [];

        /// <summary>Something in the files may stand for the instance.</summary>
        public bool HasSpecifiers { get; private set; }

        public (LoadState, string?) Fragment(string path)
        {
            if (Read(path, out string? problem) is not { } bytes)
                return (LoadState.Error, problem);
            switch (FragmentReader.Read(bytes, path, unit, specifiers))
            {
                case FragmentResult.BadSetting:
                    var culprit = unit.Diagnostics.FindLast(d => d.Severity == Severity.Error);
                    Say(Severity.Error, "Unit configuration has fatal error, unit will not be started.");
                    return (LoadState.BadSetting, culprit?.ToString() ?? $"Unit {unit.Name} has a bad unit file setting.");
                case FragmentResult.BadSyntax:
                    return (LoadState.Error, unit.Diagnostics[^1].ToString());
                default:
                    return (LoadState.Loaded, null);
            }
        }

        public void DependencyFolders(UnitName name, ImmutableArray<UnitName> aliases, string suffix, Dependency kind)
        {
            foreach (string path in loader.Files.Merge(loader.Files.Folders(name, aliases, suffix), ""))
            {
                string entry = Values.Paths.FileName(path);
                if (Links.IsMask(path, loader.Paths.Root))
                    continue;
                if (Links.Read(path) is not { } target)
                    Say(Severity.Warning, $"{kind} dependency dropin {path} is not a symlink, ignoring.");
                else if (!UnitName.TryParse(entry, out var dependency))
                    Say(Severity.Warning, $"{kind} dependency dropin {path} is not a valid unit name, ignoring.");
                else
                {
                    if (!Aliases.FitsDependency(entry, Values.Paths.FileName(target), name.IsInstance))
                        Say(Severity.Warning, $"{kind} dependency dropin {path} target {target} has different name");
                    if (DirectiveTable.Instantiate(dependency, name) is { } other && other != name)
                        unit.Of(kind).Add(other);
                }
            }
        }

        /// <summary>What breaks a drop-in ends that drop-in, not the unit.</summary>
        public void DropIns(UnitName name, ImmutableArray<UnitName> aliases)
        {
            foreach (string path in loader.Files.Merge(loader.Files.Folders(name, aliases, ".d"), ".conf"))
            {
                DropInPaths.Add(path);
                if (Links.IsMask(path, loader.Paths.Root))
                    continue;
                if (Read(path, out string? problem) is { } bytes)
                    FragmentReader.Read(bytes, path, unit, specifiers);
                else
                    unit.Diagnostics.Add(new(Severity.Error, path, 0, problem!));
            }
        }

        public ServiceDefinition? Service(ref LoadState state, ref string? error)
        {
            var service = unit.BuildService();
            if (ServiceRules.Refusal(service, unit) is { } refusal)
            {
                Say(Severity.Error, refusal);
                (state, error) = (LoadState.BadSetting, $"{unit.Name}: {refusal}");
                return null;
            }
            foreach (string warning in ServiceRules.Warnings(service))
                Say(Severity.Warning, warning);
            return service;
        }

        public (TimerDefinition?, PathDefinition?) Trigger(ref LoadState state, ref string? error)
        {
            if (state != LoadState.Loaded || unit.Name.Type is not (UnitType.Timer or UnitType.Path))
                return (null, null);
            bool isTimer = unit.Name.Type == UnitType.Timer;
            if (isTimer ? unit.TimerValues.Count > 0 || unit.Timer.OnClockChange || unit.Timer.OnTimezoneChange : unit.PathSpecs.Count > 0)
                return isTimer ? (unit.Timer with { Values = [.. unit.TimerValues] }, null) : (null, unit.Path with { Specs = [.. unit.PathSpecs] });
            string refusal = isTimer ? "Timer unit lacks value setting. Refusing." : "Path unit lacks path setting. Refusing.";
            Say(Severity.Error, refusal);
            (state, error) = (LoadState.BadSetting, $"{unit.Name}: {refusal}");
            return (null, null);
        }

        public SocketDefinition? Socket(ref LoadState state, ref string? error)
        {
            if (state != LoadState.Loaded || unit.Name.Type != UnitType.Socket)
                return null;
            var socket = unit.BuildSocket();
            if (SocketRefusal(socket) is not { } refusal)
            {
                if (unit.Unit.Sereno?.Server == ServerMode.Concurrent && !socket.Accept)
                    Say(Severity.Warning, $"Server=concurrent needs connections to hand over, but {(unit.Accepts == false ? "Accept=no is set" : unit.Trigger is not null ? "Service= is set" : "not all sockets have any")}: the service gets the listening sockets. Ignoring Server=.");
                return socket;
            }
            Say(Severity.Error, refusal);
            (state, error) = (LoadState.BadSetting, $"{unit.Name}: {refusal}");
            return null;
        }

        private string? SocketRefusal(SocketDefinition socket) =>
            socket.Listens.IsEmpty ? "Unit has no Listen setting (ListenStream=, ListenDatagram=, ListenFIFO=, ...). Refusing."
            : socket.Accept && socket.Listens.Any(l => !l.Accepts) ? "Unit configured for accepting sockets, but sockets are non-accepting. Refusing."
            : socket is { Accept: true, MaxConnections: 0 } ? "MaxConnection= setting too small. Refusing."
            : socket.Accept && unit.Trigger is not null ? "Explicit service configuration for accepting socket units not supported. Refusing."
            : !socket.Symlinks.IsEmpty && socket.SymlinkTarget is null ? "Unit has symlinks set but none or more than one node in the file system. Refusing."
            : null;

        /// <summary>A mount unit is called as its mount point is (systemd.mount(5)).</summary>
        public MountDefinition? Mount(ref LoadState state, ref string? error)
        {
            var mount = unit.Mount;
            string? refusal = null;
            if (unit.Name.Type != UnitType.Swap)
            {
                mount = mount with { Where = mount.Where ?? unit.Name.ToPath() };
                if (mount.Where is null || UnitName.FromPath(mount.Where, unit.Name.Type) != unit.Name)
                    refusal = "Where= setting doesn't match unit name. Refusing.";
                else if (unit.Name.Type == UnitType.Mount && mount.What.Length == 0)
                    refusal = "What= setting is missing. Refusing.";
            }
            if (refusal is null)
                return mount;
            Say(Severity.Error, refusal);
            (state, error) = (LoadState.BadSetting, $"{unit.Name}: {refusal}");
            return null;
        }

        private void Say(Severity severity, string message) => unit.Diagnostics.Add(new(severity, unit.Name.Full, 0, message));

        /// <summary>As File.ReadAllBytes, without a lock (flock(2)) that nobody would heed.</summary>
        private static byte[] ReadAll(FileInfo file)
        {
            using var handle = File.OpenHandle(file.FullName, share: FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[RandomAccess.GetLength(handle)];
            int length = 0;
            for (int n; length < bytes.Length && (n = RandomAccess.Read(handle, bytes.AsSpan(length), length)) > 0;)
                length += n;
            return length == bytes.Length ? bytes : bytes[..length];
        }

        private byte[]? Read(string path, out string? problem)
        {
            problem = null;
            try
            {
                if (Links.Final(path, loader.Paths.Root) is not { } file)
                    problem = $"cannot read {path}: No such file or directory";
                else
                {
                    Sources.Add(new(path, file.LastWriteTimeUtc));
                    byte[] bytes = ReadAll(file);
                    HasSpecifiers |= bytes.AsSpan().Contains((byte)'%');
                    return bytes;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problem = $"cannot read {path}: {Links.Reason(e)}";
            }
            return null;
        }
    }
}
