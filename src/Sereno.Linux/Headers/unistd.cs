using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

/// <summary>The C library, one partial per header, C names; nothing here decides anything.</summary>
public static unsafe partial class libc
{
    private const string lib = "libc";

    [LibraryImport(lib, SetLastError = true)] public static partial nint read(int fd, void* buf, nuint count);
    [LibraryImport(lib, SetLastError = true)] public static partial nint write(int fd, void* buf, nuint count);
    [LibraryImport(lib, SetLastError = true)] public static partial int close(int fd);
    [LibraryImport(lib, SetLastError = true)] public static partial int dup3(int oldfd, int newfd, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial int pipe2(int* pipefd, int flags);
    [LibraryImport(lib)] public static partial int getpid();
    [LibraryImport(lib)] public static partial int getppid();
    [LibraryImport(lib)] public static partial uint geteuid();
    [LibraryImport(lib)] public static partial uint getegid();
    [LibraryImport(lib)] public static partial uint getuid();
    [LibraryImport(lib)] public static partial uint getgid();
    [LibraryImport(lib, SetLastError = true)] public static partial int isatty(int fd);
    [LibraryImport(lib, SetLastError = true)] public static partial int execve(byte* file, byte** argv, byte** envp);
    [LibraryImport(lib, SetLastError = true)] public static partial int chdir(byte* path);
    [LibraryImport(lib, SetLastError = true)] public static partial int setresuid(uint real, uint effective, uint saved);
    [LibraryImport(lib, SetLastError = true)] public static partial int setresgid(uint real, uint effective, uint saved);
    [LibraryImport(lib, SetLastError = true)] public static partial int ftruncate(int fd, nint length);
    [LibraryImport(lib, SetLastError = true)] public static partial int fsync(int fd);
    [LibraryImport(lib, SetLastError = true)] public static partial nint lseek(int fd, nint offset, int whence);
    [LibraryImport(lib, SetLastError = true)] public static partial int unlinkat(int dirfd, byte* path, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial nint readlinkat(int dirfd, byte* path, byte* buf, nuint size);
    [LibraryImport(lib, SetLastError = true)] public static partial int fchownat(int dirfd, byte* path, uint owner, uint group, int flags);
    [LibraryImport(lib, SetLastError = true)] public static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
