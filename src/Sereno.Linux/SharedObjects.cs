using System.Globalization;
using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What processes share beyond their lives: System V and POSIX shared memory, semaphores and message queues (sysvipc(7), shm_overview(7), mq_overview(7)).</summary>
public static unsafe class SharedObjects
{
    /// <summary>Removes what belongs to an account; what can't be removed is told, and what is gone already is fine.</summary>
    public static void RemoveAllOf(uint uid, Action<string> complain)
    {
        foreach (int id in SystemV("/proc/sysvipc/shm", 7, uid))
            Check(libc.shmctl(id, libc.IPC_RMID, null), $"shared memory {id}");
        foreach (int id in SystemV("/proc/sysvipc/sem", 4, uid))
            Check(libc.semctl(id, 0, libc.IPC_RMID), $"semaphores {id}");
        foreach (int id in SystemV("/proc/sysvipc/msg", 7, uid))
            Check(libc.msgctl(id, libc.IPC_RMID, null), $"message queue {id}");
        foreach (string folder in (string[])["/dev/shm", "/dev/mqueue"])
            foreach (string path in Entries(folder, uid))
                try
                {
                    FolderTree.Remove(path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
                {
                    complain($"cannot remove {path}: {e.Message}");
                }

        void Check(int result, string what)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (result < 0 && errno is not (libc.EINVAL or libc.EIDRM))
                complain($"cannot remove {what}: {Errno.Text(errno)}");
        }
    }

    /// <summary>A table with a line of names, then lines of numbers: the second is the id.</summary>
    private static List<int> SystemV(string path, int uidColumn, uint uid)
    {
        var ids = new List<int>();
        if (File.Exists(path))
            foreach (string line in File.ReadLines(path).Skip(1))
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var fields && fields.Length > uidColumn
                    && uint.TryParse(fields[uidColumn], out uint owner) && owner == uid)
                    ids.Add(int.Parse(fields[1], CultureInfo.InvariantCulture));
        return ids;
    }

    private static List<string> Entries(string folder, uint uid)
    {
        var own = new List<string>();
        using var fd = Files.TryOpen(folder, libc.O_RDONLY | libc.O_DIRECTORY, out _);
        if (fd is not null)
            foreach (string path in Directory.EnumerateFileSystemEntries(folder))
                if (FileStatus.Of(fd, Path.GetFileName(path), out _) is { } status && status.Uid == uid)
                    own.Add(path);
        return own;
    }
}
