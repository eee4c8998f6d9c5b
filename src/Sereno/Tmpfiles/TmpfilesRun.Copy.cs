using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Tmpfiles;

public sealed partial class TmpfilesRun
{
    /// <summary>C: a tree, unless there is something already that isn't an empty folder.</summary>
    private void Copy(TmpfilesItem item, Fd folder, string name)
    {
        using var source = Files.TryOpen(item.Argument!, libc.O_PATH | libc.O_NOFOLLOW, out int errno);
        if (source is null)
        {
            Fail($"Failed to copy files to {item.Path}", errno, item);
            return;
        }
        bool isNew = FileStatus.Of(folder, name, out _) is null;
        if (isNew || IsEmptyFolder(folder, name))
            Copy(item, source, folder, name, 0);
        using var copy = OpenFolder.TryOpen(folder, name, libc.O_PATH | libc.O_NOFOLLOW, out errno);
        if (copy is null)
            Fail($"Failed to copy files to {item.Path}", errno, item);
        else if (FileStatus.Of(copy).Kind == FileStatus.Of(source).Kind)
            Adjust(item, copy, item.Path, isNew: true);
    }

    private static bool IsEmptyFolder(Fd folder, string name)
    {
        using var there = OpenFolder.TryOpen(folder, name, libc.O_RDONLY | libc.O_DIRECTORY | libc.O_NOFOLLOW, out _);
        return there is not null && OpenFolder.NamesIn(there).Count == 0;
    }

    private void Copy(TmpfilesItem item, Fd source, Fd folder, string name, int depth)
    {
        var status = FileStatus.Of(source);
        int errno = status.Kind switch
        {
            FileKind.Folder => OpenFolder.MakeFolder(folder, name, 0x1C0) is var made && made == libc.EEXIST ? 0 : made, // 0700 until it is complete
            FileKind.Link => OpenFolder.MakeLink(folder, name, OpenFolder.LinkTarget(source) ?? ""),
            FileKind.Fifo => OpenFolder.MakeFifo(folder, name, status.Mode),
            FileKind.CharacterDevice or FileKind.BlockDevice => OpenFolder.MakeDevice(folder, name, status.Kind == FileKind.BlockDevice, status.Mode, status.Number),
            FileKind.File => CopyContent(source, folder, name),
            FileKind.Socket or FileKind.None => 0, // nobody could listen on a copy
        };
        using var copy = errno == 0 ? OpenFolder.TryOpen(folder, name, libc.O_PATH | libc.O_NOFOLLOW, out _) : null;
        if (copy is null)
            return; // what couldn't be copied is left out, and what was there already stays: systemd-tmpfiles says as little
        if (status.Kind == FileKind.Folder && depth < MaxDepth)
            foreach (string child in OpenFolder.NamesIn(source))
                using (var from = OpenFolder.TryOpen(source, child, libc.O_PATH | libc.O_NOFOLLOW, out _))
                    if (from is not null)
                        Copy(item, from, copy, child, depth + 1);
        _ = OpenFolder.ChangeOwner(copy, item.Uid ?? status.Uid, item.Gid ?? status.Gid);
        if (status.Kind != FileKind.Link)
            _ = OpenFolder.ChangeMode(copy, status.Mode);
    }

    private static int CopyContent(Fd source, Fd folder, string name)
    {
        using var from = Files.TryOpen($"/proc/self/fd/{source.Number}", libc.O_RDONLY, out int errno);
        using var to = from is null ? null : OpenFolder.TryOpen(folder, name, libc.O_WRONLY | libc.O_CREAT | libc.O_EXCL | libc.O_NOFOLLOW, out errno, 0x180 /* 0600 */);
        if (from is null || to is null)
            return errno;
        var buffer = new byte[64 * 1024];
        for (int n; (n = from.Read(buffer)) > 0;)
            to.WriteAll(buffer.AsSpan(0, n));
        return 0;
    }
}
