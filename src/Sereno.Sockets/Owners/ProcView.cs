using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Owners;

/// <summary>What /proc lets us see.</summary>
public static class ProcView
{
    /// <summary>Whether /proc is a proc filesystem, not the empty folder below one.</summary>
    public static bool IsMounted => Files.ReadLink("/proc/self", stackalloc byte[16]) > 0;

    /// <summary>False where processes of others may be left out: hidepid=invisible or ptraceable (proc(5)).</summary>
    /// <remarks>Every pid namespace has a pid 1 while it lives; one that we see may be our own, which proves nothing.</remarks>
    public static bool ListsEveryProcess =>
        IsVisible("/proc/1") && (Self.HasCapability(libc.CAP_SYS_PTRACE) || !HidesProcesses());

    private static bool IsVisible(string path)
    {
        using var folder = Folder.TryOpen(path, out _);
        return folder is not null;
    }

    // proc_pid_mountinfo(5): the options of the filesystem are the last field, its type the third but last.
    private static bool HidesProcesses()
    {
        try
        {
            return File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ') is [_, _, _, _, "/proc", .., "proc", _, var options]
                && options.Split(',').Any(option => option.StartsWith("hidepid=") && option is not ("hidepid=0" or "hidepid=off")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // nothing is known
        }
    }
}
