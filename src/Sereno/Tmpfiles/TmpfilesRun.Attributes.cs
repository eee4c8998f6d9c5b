using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Text;

namespace Sereno.Tmpfiles;

public sealed partial class TmpfilesRun
{
    /// <summary>t, T: NAME=VALUE words (xattr(7)).</summary>
    private void SetAttributes(TmpfilesItem item, Fd file, string path)
    {
        if (FileStatus.Of(file).Kind == FileKind.Link)
            return; // a link has no user attributes
        var words = new WordReader(item.Argument!);
        while (words.Next(WordFlags.Unquote | WordFlags.Unescape, out string word) == WordResult.Word)
            if (word.IndexOf('=') is > 0 and var at && at + 1 < word.Length)
            {
                if (OpenFolder.SetAttribute(file, word[..at], Encoding.UTF8.GetBytes(word[(at + 1)..])) is not 0 and var errno)
                    Fail($"Setting extended attribute {word} on {path} failed", errno, item);
            }
            else
                _complain($"Malformed extended attribute found, ignoring: {word}");
    }

    /// <summary>a, A: entries of acl(5). <c>+</c> adds to what is there; otherwise only owner, group and others stay.</summary>
    private void SetAcl(TmpfilesItem item, Fd file, string path)
    {
        var status = FileStatus.Of(file);
        if (status.Kind == FileKind.Link)
            return;
        if (AccessList.Parse(item.Argument!, status.Kind == FileKind.Folder, out var access, out var defaults) is { } problem)
        {
            Fail($"Failed to parse ACL \"{item.Argument}\": {problem}", item);
            return;
        }
        foreach (var (name, entries) in (ReadOnlySpan<(string, AccessList)>)[("system.posix_acl_access", access), ("system.posix_acl_default", defaults)])
        {
            if (entries.IsEmpty || (name.EndsWith("default", StringComparison.Ordinal) && status.Kind != FileKind.Folder))
                continue;
            var existing = item.Forces ? OpenFolder.GetAttribute(file, name) : null;
            int errno = OpenFolder.SetAttribute(file, name, entries.Over(existing, status.Mode).Encode());
            if (errno is not (0 or libc.EOPNOTSUPP)) // a file system without them: as if there had been none
                Fail($"Setting ACL on {path} failed", errno, item);
        }
    }

    /// <summary>h, H: the flags of chattr(1).</summary>
    private void SetFlags(TmpfilesItem item, Fd file, string path)
    {
        if (FileStatus.Of(file).Kind is not (FileKind.File or FileKind.Folder))
            return;
        var (mask, value) = FileFlags.Parse(item.Argument!)!.Value;
        using var readable = Files.TryOpen($"/proc/self/fd/{file.Number}", libc.O_RDONLY | libc.O_NONBLOCK | libc.O_NOCTTY, out int errno);
        if (readable is null)
            Fail($"Failed to open '{path}'", errno, item);
        else if (OpenFolder.ChangeFlags(readable, mask, value) is not 0 and var failure)
            _complain($"Cannot set file attributes for '{path}', ignoring: {Errno.Text(failure)}");
    }
}
