using Sereno.Units.Load;

namespace Sereno.Units.Install;

/// <summary>What lies at a path itself, no link followed (lstat(2)). Empty stands for devices too: both mean "masked".</summary>
internal enum FileKind { Missing, Link, Folder, Empty, Regular }

internal static class FileKinds
{
    public static FileKind Of(string path)
    {
        try
        {
            if (Links.Read(path) is not null)
                return FileKind.Link;
            if (Directory.Exists(path))
                return FileKind.Folder;
            return new FileInfo(path) is { Exists: true } file ? file.Length == 0 ? FileKind.Empty : FileKind.Regular : FileKind.Missing;
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
