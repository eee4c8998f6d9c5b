using Sereno.Journal.Keep;
using Sereno.Journal.Write;

namespace Sereno.Journal.Intake;

/// <summary>Where entries come from: the fields that all of them have, and what may pass.</summary>
internal sealed class Origin
{
    private List<byte[]> _fields = [];
    private DataHandle[]? _handles;
    private FieldGroup?[]? _groups;
    private ActiveFile? _file;

    public string Unit { get; set; } = "";
    /// <summary>Whose file it is; 0 is the system's.</summary>
    public uint JournalUid { get; set; }
    public int LevelMax { get; set; } = 7;
    public LineFilter? Filter { get; set; }
    public RateLimit? Limit { get; set; }
    public ulong LimitInterval { get; set; }
    public uint LimitBurst { get; set; }

    public IReadOnlyList<byte[]> Fields
    {
        get => _fields;
        set
        {
            Forget();
            _fields = [.. value];
        }
    }

    /// <summary>The fields as the file knows them.</summary>
    public AppendResult Handles(ActiveFile file, out ReadOnlySpan<DataHandle> handles)
    {
        handles = _handles;
        if (_file == file && _handles is not null)
            return AppendResult.Appended;
        Drop(); // the file before is gone, or another account's
        var found = new List<DataHandle>(_fields.Count);
        foreach (byte[] field in _fields)
        {
            var result = file.Writer.Intern(field, out var handle);
            if (result == AppendResult.Invalid)
                continue;
            if (result != AppendResult.Appended)
            {
                foreach (var known in found)
                    file.Writer.Release(known);
                return result;
            }
            found.Add(handle);
        }
        (_file, _handles) = (file, [.. found]);
        handles = _handles;
        return AppendResult.Appended;
    }

    /// <summary>The fields with a PRIORITY=.</summary>
    public AppendResult Group(ActiveFile file, int level, out FieldGroup? group)
    {
        group = _groups?[level];
        if (_file == file && group is not null)
            return AppendResult.Appended;
        var result = Handles(file, out var handles);
        if (result == AppendResult.Appended && (result = file.Priority(level, out var priority)) == AppendResult.Appended)
            group = (_groups ??= new FieldGroup?[8])[level] = file.Writer.Group([.. handles, priority]);
        return result;
    }

    /// <summary>It says no more, or other things.</summary>
    public void Forget()
    {
        if (_handles is not null && _file is { IsClosed: false })
            foreach (var handle in _handles)
                _file.Writer.Release(handle);
        Drop();
    }

    private void Drop()
    {
        (_file, _handles, _groups) = (null, null, null);
    }
}
