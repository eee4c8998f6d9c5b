namespace Sereno.Units.Install;

/// <summary>Why a unit file can't be worked with: Linux's errno, which systemd's messages and bus errors go by (errno(3)).</summary>
public enum InstallError
{
    None = 0, EPERM = 1, ENOENT = 2, EIO = 5, ENXIO = 6, EACCES = 13, EEXIST = 17, EXDEV = 18, ENOTDIR = 20, EISDIR = 21, EINVAL = 22,
    ETXTBSY = 26, ENOSPC = 28, EROFS = 30, ENAMETOOLONG = 36, ENOTEMPTY = 39, ELOOP = 40, EIDRM = 43, EUNATCH = 49, EBADSLT = 57, ENOLINK = 67,
    EBADMSG = 74, EADDRNOTAVAIL = 99, ENOBUFS = 105, EUCLEAN = 117, EDQUOT = 122, ERFKILL = 132,
}

public static class InstallErrors
{
    /// <summary>strerror(3).</summary>
    public static string Words(this InstallError error) => error switch
    {
        InstallError.EPERM => "Operation not permitted",
        InstallError.ENOENT => "No such file or directory",
        InstallError.EIO => "Input/output error",
        InstallError.ENXIO => "No such device or address",
        InstallError.EACCES => "Permission denied",
        InstallError.EEXIST => "File exists",
        InstallError.EXDEV => "Invalid cross-device link",
        InstallError.ENOTDIR => "Not a directory",
        InstallError.EISDIR => "Is a directory",
        InstallError.EINVAL => "Invalid argument",
        InstallError.ETXTBSY => "Text file busy",
        InstallError.ENOSPC => "No space left on device",
        InstallError.EROFS => "Read-only file system",
        InstallError.ENAMETOOLONG => "File name too long",
        InstallError.ENOTEMPTY => "Directory not empty",
        InstallError.ELOOP => "Too many levels of symbolic links",
        InstallError.EIDRM => "Identifier removed",
        InstallError.EUNATCH => "Protocol driver not attached",
        InstallError.EBADSLT => "Invalid slot",
        InstallError.ENOLINK => "Link has been severed",
        InstallError.EBADMSG => "Bad message",
        InstallError.EADDRNOTAVAIL => "Cannot assign requested address",
        InstallError.ENOBUFS => "No buffer space available",
        InstallError.EUCLEAN => "Structure needs cleaning",
        InstallError.EDQUOT => "Disk quota exceeded",
        InstallError.ERFKILL => "Operation not possible due to RF-kill",
        _ => $"Error {(int)error}",
    };

    /// <summary>The file system's exceptions carry errno.</summary>
    internal static InstallError Of(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => InstallError.ENOENT,
        UnauthorizedAccessException => InstallError.EACCES,
        PathTooLongException => InstallError.ENAMETOOLONG,
        { HResult: > 0 and < 4096 } => (InstallError)e.HResult,
        _ => InstallError.EIO,
    };
}
