using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int IPC_RMID = 0;

    [LibraryImport(lib, SetLastError = true)] public static partial int shmctl(int shmid, int cmd, void* buf);
    [LibraryImport(lib, SetLastError = true)] public static partial int semctl(int semid, int semnum, int cmd);
    [LibraryImport(lib, SetLastError = true)] public static partial int msgctl(int msqid, int cmd, void* buf);
}
