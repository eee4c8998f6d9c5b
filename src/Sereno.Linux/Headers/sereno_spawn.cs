using System.Runtime.InteropServices;

namespace Sereno.Linux.Headers;

/// <summary>native/spawn.c.</summary>
public static unsafe partial class sereno_spawn
{
    private const string lib = "sereno_spawn";

    public struct spawn_result { public int pid, pidfd, stage, error, op, in_cgroup; }

    [LibraryImport(lib, EntryPoint = "sereno_spawn")]
    public static partial int spawn(byte* plan, ulong length, int plan_fd, int* fds, uint nfds, int cgroup, spawn_result* result);

    [LibraryImport(lib)] public static partial int sereno_reserve_window();
    [LibraryImport(lib)] public static partial int sereno_raise_nofile();
    [LibraryImport(lib)] public static partial int sereno_signals_open(int* read_fd);
    [LibraryImport(lib)] public static partial int sereno_signals_watch(int signo);
}
