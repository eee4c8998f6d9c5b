using Sereno.Journal.Write;

namespace Sereno.Journal.Keep;

/// <summary>A journal file that is written.</summary>
/// <param name="Region">Of the undo logs.</param>
internal sealed record ActiveFile(JournalWriter Writer, string Folder, string Name, uint Uid, int Region) : IDisposable
{
    private readonly DataHandle?[] _priorities = new DataHandle?[8];

    /// <summary>Milliseconds of <see cref="Environment.TickCount64"/> when it was last written.</summary>
    public long UsedAt { get; set; } = Environment.TickCount64;

    /// <summary>Something in it isn't on disk.</summary>
    public bool IsDirty { get; set; }

    public string Path => $"{Folder}/{Name}";

    /// <summary>PRIORITY= of a level.</summary>
    public AppendResult Priority(int level, out DataHandle handle)
    {
        handle = _priorities[level].GetValueOrDefault();
        if (_priorities[level] is not null)
            return AppendResult.Appended;
        Span<byte> field = stackalloc byte[10];
        "PRIORITY="u8.CopyTo(field);
        field[9] = (byte)('0' + level);
        var result = Writer.Intern(field, out handle);
        if (result == AppendResult.Appended)
            _priorities[level] = handle;
        return result;
    }

    public bool IsClosed { get; private set; }

    public void Dispose()
    {
        IsClosed = true;
        Writer.Dispose();
    }
}
