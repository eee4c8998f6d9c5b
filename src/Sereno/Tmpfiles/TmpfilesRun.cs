using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Tmpfiles;

/// <summary>
/// Does what the lines say (systemd-tmpfiles(8)): removes and cleans first, children before parents; then creates, parents
/// before children, plain paths before patterns.
/// </summary>
public sealed partial class TmpfilesRun
{
    private readonly TmpfilesOptions _options;
    private readonly TmpfilesReader _lines;
    private readonly Action<string> _complain;
    private readonly HashSet<(TmpfilesItem, TmpfilesOperations)> _done = new(ReferencePairs.Instance);
    private readonly Dictionary<string, List<string>> _children = [];
    private bool _failed;

    private TmpfilesRun(TmpfilesOptions options, TmpfilesReader lines, Action<string> complain)
    {
        (_options, _lines, _complain) = (options, lines, complain);
        foreach (string path in lines.Items.Keys.Concat(lines.Globs.Keys).Distinct())
            if (ParentOf(path) is { } parent)
                (_children.TryGetValue(parent, out var list) ? list : _children[parent] = []).Add(path);
    }

    /// <returns>Whether all of it worked.</returns>
    public static bool Run(TmpfilesOptions options, TmpfilesReader lines, Action<string> complain)
    {
        var run = new TmpfilesRun(options, lines, complain);
        foreach (var phase in (TmpfilesOperations[])[options.Operations & ~TmpfilesOperations.Create, options.Operations & TmpfilesOperations.Create])
            if (phase != TmpfilesOperations.None)
                foreach (var all in (OrderedDictionary<string, List<TmpfilesItem>>[])[lines.Items, lines.Globs])
                    foreach (string path in all.Keys)
                        run.Process(path, all[path], phase);
        return !run._failed;
    }

    private void Process(string path, List<TmpfilesItem> items, TmpfilesOperations phase)
    {
        if (phase == TmpfilesOperations.Create && ParentOf(path) is { } parent)
            ProcessAll(parent, phase);
        if (phase != TmpfilesOperations.Create && _children.TryGetValue(path, out var children))
            foreach (string child in children)
                ProcessAll(child, phase);
        foreach (var item in items)
            if (_done.Add((item, phase)))
                Process(item, phase);
    }

    private void ProcessAll(string path, TmpfilesOperations phase)
    {
        foreach (var all in (OrderedDictionary<string, List<TmpfilesItem>>[])[_lines.Items, _lines.Globs])
            if (all.TryGetValue(path, out var items))
                Process(path, items, phase);
    }

    private void Process(TmpfilesItem item, TmpfilesOperations phase)
    {
        bool before = _failed;
        if (phase == TmpfilesOperations.Create)
        {
            Create(item);
            if (item.MayFail)
                _failed = before;
            return;
        }
        if ((phase & TmpfilesOperations.Remove) != 0)
            Remove(item);
        if ((phase & TmpfilesOperations.Clean) != 0)
            Clean(item);
    }

    /// <summary>The nearest path above that has lines of its own.</summary>
    private string? ParentOf(string path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            if (path[..slash] is var parent && (_lines.Items.ContainsKey(parent) || _lines.Globs.ContainsKey(parent)))
                return parent;
        return null;
    }

    private void Fail(string message, TmpfilesItem? item = null)
    {
        _failed = true;
        if (item is not { MayFail: true })
            _complain(message);
    }

    private void Fail(string message, int errno, TmpfilesItem? item = null) => Fail($"{message}: {Errno.Text(errno)}", item);

    private void Remove(TmpfilesItem item)
    {
        switch (item.Type)
        {
            case 'D':
                RemoveContent(item.Path);
                break;
            case 'r':
                foreach (string path in Patterns.Expand(item.Path))
                    RemoveOne(path);
                break;
            case 'R':
                foreach (string path in Patterns.Expand(item.Path))
                    Try(() => FolderTree.Remove(path), path);
                break;
        }
    }

    private void RemoveContent(string path)
    {
        using var folder = SafeWalk.Open(null, path, safe: false, followsLast: false).Fd;
        if (folder is not null && FileStatus.Of(folder).Kind == FileKind.Folder)
            foreach (string name in OpenFolder.NamesIn(folder))
                Try(() => FolderTree.Remove($"/proc/self/fd/{folder.Number}/{name}"), $"{path}/{name}");
    }

    /// <summary>A file, or an empty folder (remove(3)).</summary>
    private void RemoveOne(string path)
    {
        using var parent = SafeWalk.Open(null, Path.GetDirectoryName(path)!, safe: false).Fd;
        if (parent is null)
            return;
        int errno = OpenFolder.Remove(parent, Path.GetFileName(path));
        if (errno is libc.EISDIR or libc.EPERM)
            errno = OpenFolder.Remove(parent, Path.GetFileName(path), isFolder: true);
        if (errno is not (0 or libc.ENOENT))
            Fail($"rm({path})", errno);
    }

    private void Try(Action remove, string path)
    {
        try
        {
            remove();
        }
        catch (IOException e)
        {
            Fail($"cannot remove {path}: {e.Message}");
        }
    }

    /// <summary>Lines are done once each, though two may say the same.</summary>
    private sealed class ReferencePairs : IEqualityComparer<(TmpfilesItem, TmpfilesOperations)>
    {
        public static readonly ReferencePairs Instance = new();

        public bool Equals((TmpfilesItem, TmpfilesOperations) x, (TmpfilesItem, TmpfilesOperations) y) => ReferenceEquals(x.Item1, y.Item1) && x.Item2 == y.Item2;

        public int GetHashCode((TmpfilesItem, TmpfilesOperations) obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj.Item1);
    }
}
