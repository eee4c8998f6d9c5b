using System.Text;
using Sereno.Linux;

namespace Sereno.Sysusers;

/// <summary>One of passwd(5), group(5), shadow(5), gshadow(5): its lines, and how it is replaced.</summary>
public sealed class AccountFile
{
    private readonly string _path;
    private readonly UnixFileMode _mode;
    private readonly List<string> _lines;

    /// <param name="mode">Of a file that isn't there yet.</param>
    public AccountFile(string path, uint mode)
    {
        (_path, _mode) = (path, (UnixFileMode)mode);
        _lines = File.Exists(path) ? [.. File.ReadAllLines(path, Encoding.Latin1)] : [];
    }

    public bool IsChanged { get; private set; }

    public IEnumerable<string[]> Entries => _lines.Where(l => l.Length > 0 && l[0] is not ('#' or '+' or '-')).Select(l => l.Split(':'));

    /// <summary>Before what NIS is to add, which has to stay last.</summary>
    public void Add(string line)
    {
        int nis = _lines.FindIndex(l => l.Length > 0 && l[0] is '+' or '-');
        _lines.Insert(nis < 0 ? _lines.Count : nis, line);
        IsChanged = true;
    }

    /// <summary>Changes one field of the entry of that name.</summary>
    /// <returns>Whether there is such an entry.</returns>
    public bool Change(string name, int field, Func<string, string> change)
    {
        int at = _lines.FindIndex(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        if (at < 0)
            return false;
        string[] fields = _lines[at].Split(':');
        string before = fields[field];
        fields[field] = change(before);
        if (fields[field] != before)
            (_lines[at], IsChanged) = (string.Join(':', fields), true);
        return true;
    }

    /// <summary>The old file stays as <c>passwd-</c>; the new one takes its place whole, or not at all.</summary>
    public void Save()
    {
        string fresh = $"{_path}.sereno-{Self.Pid}";
        using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.Latin1.GetBytes(string.Concat(_lines.Select(l => l + "\n"))));
            stream.Flush(flushToDisk: true);
        }
        if (File.Exists(_path))
        {
            using (var old = Files.Open(_path, Linux.Headers.libc.O_PATH))
            using (var now = Files.Open(fresh, Linux.Headers.libc.O_PATH))
            {
                var status = FileStatus.Of(old);
                OpenFolder.ChangeOwner(now, status.Uid, status.Gid);
                OpenFolder.ChangeMode(now, status.Mode);
            }
            File.Copy(_path, _path + "-", overwrite: true);
        }
        else
            File.SetUnixFileMode(fresh, _mode);
        File.Move(fresh, _path, overwrite: true);
    }
}
