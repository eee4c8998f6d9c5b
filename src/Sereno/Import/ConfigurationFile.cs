using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;

namespace Sereno.Import;

/// <summary>The lines of a file that somebody else wrote, with their numbers; what can't be a line is told and left out.</summary>
public static class ConfigurationFile
{
    // inetd and xinetd read lines of a few thousand bytes; nothing in /etc is as large as this.
    private const int LongestLine = 8 * 1024, LargestFile = 1024 * 1024;

    public static List<(int Number, string Text)> Read(string path, Importing import)
    {
        byte[] bytes = [];
        try
        {
            using var file = File.OpenRead(path);
            byte[] buffer = new byte[LargestFile + 1];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length <= LargestFile)
                bytes = buffer[..length];
            else
                import.Note(path, 0, ImportProblem.TooMuch);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            import.Note(path, 0, ImportProblem.CannotRead, $"{path}: {Cause(path, e)}");
        }
        return Lines(path, bytes, import);
    }

    /// <summary>Without the path, which is said already.</summary>
    internal static string Cause(string path, Exception e) => Text.Current.Problem(e switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.Text(libc.ENOENT),
        UnauthorizedAccessException when Directory.Exists(path) => Errno.Text(libc.EISDIR),
        UnauthorizedAccessException => Errno.Text(libc.EACCES),
        _ => e.Message,
    });

    public static List<(int Number, string Text)> Lines(string path, byte[] bytes, Importing import)
    {
        var lines = new List<(int, string)>();
        string[] texts = Encoding.UTF8.GetString(bytes).Split('\n');
        for (int i = 0; i < texts.Length; i++)
            if (texts[i].Contains('\0'))
                import.Note(path, i + 1, ImportProblem.NulByte);
            else if (texts[i].Length > LongestLine)
                import.Note(path, i + 1, ImportProblem.LineTooLong);
            else
                lines.Add((i + 1, texts[i].TrimEnd('\r')));
        return lines;
    }
}
