namespace Sereno.Units.Install;

/// <summary>What lies at a path itself, no link followed (lstat(2)). Empty stands for devices too: both mean "masked".</summary>
internal enum FileKind { Missing, Link, Folder, Empty, Regular }

internal static class FileKinds
{
    /// <summary>FileInfo's answer for what isn't there.</summary>
    private const FileAttributes Nothing = (FileAttributes)(-1);

    public static FileKind Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var attributes = file.Attributes;
            return attributes == Nothing ? FileKind.Missing
                : (attributes & FileAttributes.ReparsePoint) != 0 ? FileKind.Link
                : (attributes & FileAttributes.Directory) != 0 ? FileKind.Folder
                : file.Length == 0 ? FileKind.Empty : FileKind.Regular;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FileKind.Missing;
        }
    }

    /// <summary>Null for what can't be read.</summary>
    public static byte[]? Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
