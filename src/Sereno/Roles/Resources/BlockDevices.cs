using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Values;

namespace Sereno.Roles.Resources;

/// <summary>The numbers of devices, by their nodes and by files on them.</summary>
internal static class BlockDevices
{
    /// <summary>Kind and numbers of a node; also of one that isn't there, by a name that has its numbers (/dev/block/8:0).</summary>
    public static (bool IsBlock, int Major, int Minor)? Node(string path)
    {
        if (Look(path) is { Kind: FileKind.BlockDevice or FileKind.CharacterDevice } status)
            return (status.Kind == FileKind.BlockDevice, Major(status.Number), Minor(status.Number));
        bool isBlock = path.StartsWith("/dev/block/", StringComparison.Ordinal);
        return (isBlock || path.StartsWith("/dev/char/", StringComparison.Ordinal)) && Paths.FileName(path).Split(':') is [var major, var minor]
            && int.TryParse(major, out int m) && int.TryParse(minor, out int n) ? (isBlock, m, n) : null;
    }

    /// <summary><c>8:0</c>: the whole disk that a path is a node of, or is stored on, beneath device mapper's layers (sysfs(5)); null with the cause.</summary>
    public static string? Disk(string path, out string cause)
    {
        cause = $"Couldn't stat device '{path}': No such file or directory";
        string numbers;
        if (Node(path) is var (isBlock, major, minor))
        {
            cause = $"Device node '{path}' is a character device, but block device needed.";
            if (!isBlock)
                return null;
            numbers = $"{major}:{minor}";
        }
        else if (Look(path) is { } status)
        {
            cause = $"'{path}' is not a block device node, and file system block device cannot be determined or is not local.";
            if (Major(status.Device) == 0)
                return null;
            numbers = $"{Major(status.Device)}:{Minor(status.Device)}";
        }
        else
            return null;
        for (int depth = 0; depth < 16 && Slaves(numbers) is [var below]; depth++)
            numbers = below;
        return File.Exists($"/sys/dev/block/{numbers}/partition") && Files.TryReadText($"/sys/dev/block/{numbers}/../dev") is { } disk ? disk.Trim() : numbers;
    }

    private static string[] Slaves(string numbers)
    {
        string folder = $"/sys/dev/block/{numbers}/slaves";
        return Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Select(s => Files.TryReadText($"{s}/dev")?.Trim()).OfType<string>()] : [];
    }

    private static FileStatus? Look(string path)
    {
        using var file = Files.TryOpen(path, libc.O_PATH, out _);
        return file is null ? null : FileStatus.Of(file);
    }

    private static int Major(ulong device) => (int)((device >> 8 & 0xFFF) | (device >> 32 & 0xFFFFF000));

    private static int Minor(ulong device) => (int)((device & 0xFF) | (device >> 12 & 0xFFFFFF00));
}
