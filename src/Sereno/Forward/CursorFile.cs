using Sereno.Texts;

namespace Sereno.Forward;

/// <summary>The last entry that the other side has, on disk: what was sent is only ever sent again, and never left out.</summary>
internal sealed class CursorFile(string path)
{
    // Far longer than any cursor.
    private const int Most = 1024;

    /// <summary>Null where nothing was sent yet.</summary>
    /// <exception cref="FormatException">It is no cursor's.</exception>
    public string? Read()
    {
        if (!File.Exists(path))
            return null;
        string text = new FileInfo(path).Length <= Most ? File.ReadAllText(path).Trim() : "?";
        return text.Length == 0 ? null : text.All(char.IsAscii) && text.Contains('=') && !text.Contains('\n') ? text : throw new FormatException(Text.Current.Forward.BadCursor(Printable.Of(path)));
    }

    /// <exception cref="IOException">It can't be.</exception>
    public void Write(string cursor)
    {
        string temporary = $"{path}.new";
        // Its name can be foreseen: what others have put there, also a link, is not written to (O_EXCL, open(2)).
        File.Delete(temporary);
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(cursor + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
