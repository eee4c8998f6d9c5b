using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What this process is and may do. (Not System.Diagnostics.Process, which reaps children of its own.)</summary>
public static unsafe class Self
{
    public static int Pid => libc.getpid();

    public static int ParentPid => libc.getppid();

    public static uint Uid => libc.geteuid();

    public static uint Gid => libc.getegid();

    /// <summary>Whether this thread has an effective capability (capabilities(7)).</summary>
    public static bool HasCapability(int capability) => (EffectiveCapabilities >> capability & 1) != 0;

    /// <summary>This thread's effective capabilities, a bit for each.</summary>
    public static ulong EffectiveCapabilities
    {
        get
        {
            // _LINUX_CAPABILITY_VERSION_3: two sets of 32 bits.
            libc.__user_cap_header_struct header = new() { version = libc._LINUX_CAPABILITY_VERSION_3 };
            var data = stackalloc libc.__user_cap_data_struct[2];
            return libc.capget(&header, data) == 0 ? data[0].effective | (ulong)data[1].effective << 32 : 0;
        }
    }

    /// <summary>What a burst of work needed goes back to the system.</summary>
    public static void Rest()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ForgetCodeOfStart();
    }

    /// <summary>Lets go of the program code that only the start needed: pages of mapped files that nobody writes to come back
    /// from the page cache when they are wanted (madvise(2), MADV_DONTNEED).</summary>
    private static void ForgetCodeOfStart()
    {
        // First all that has to be looked up: the code for that would be back in memory at once.
        var code = new List<(nuint From, nuint Length)>();
        try
        {
            foreach (string line in File.ReadLines("/proc/self/maps"))
                if (line.Split(' ', 3) is [var range, "r-xp", var rest] && rest.Contains('/')
                    && range.Split('-') is [var first, var end]
                    && nuint.TryParse(first, System.Globalization.NumberStyles.HexNumber, null, out nuint from)
                    && nuint.TryParse(end, System.Globalization.NumberStyles.HexNumber, null, out nuint to))
                    code.Add((from, to - from));
        }
        catch (IOException) { } // no /proc: they stay
        foreach (var (from, length) in code)
            _ = libc.madvise((void*)from, length, libc.MADV_DONTNEED);
    }

    /// <summary>Becomes another program (execve(2)).</summary>
    /// <param name="environment">NAME=VALUE each.</param>
    /// <returns>The errno, when that fails.</returns>
    public static int Become(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        fixed (byte* file = Files.Text(path))
        fixed (byte** argv = Pointers(arguments), envp = Pointers(environment))
            _ = libc.execve(file, argv, envp);
        return Errno.Last;
    }

    /// <summary>Never freed: another program takes the place of ours.</summary>
    private static byte*[] Pointers(IReadOnlyList<string> texts)
    {
        var pointers = new byte*[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
            pointers[i] = (byte*)System.Runtime.InteropServices.Marshal.StringToCoTaskMemUTF8(texts[i]);
        return pointers;
    }

    /// <summary>The scheduling priority of this process (setpriority(2)); all of these return the errno, or 0.</summary>
    public static int SetNice(int value) => Result(libc.setpriority(libc.PRIO_PROCESS, 0, value));

    public static int SetGid(uint gid) => Result(libc.setresgid(gid, gid, gid));

    public static int SetUid(uint uid) => Result(libc.setresuid(uid, uid, uid));

    public static int ChangeDirectory(string path)
    {
        fixed (byte* p = Files.Text(path))
            return Result(libc.chdir(p));
    }

    private static int Result(int returned) => returned == -1 ? Errno.Last : 0;

    /// <summary>From now on orphaned descendants become our children (PR_SET_CHILD_SUBREAPER(2const)).</summary>
    public static void BecomeSubreaper() => Errno.Check(libc.prctl(libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become a subreaper");

    /// <summary>getrlimit(2); <see cref="ulong.MaxValue"/> is RLIM_INFINITY.</summary>
    public static (ulong Soft, ulong Hard) Limit(int resource)
    {
        libc.rlimit limit;
        Errno.Check(libc.getrlimit(resource, &limit), "read a resource limit");
        return (limit.rlim_cur, limit.rlim_max);
    }

    /// <summary>Raises our soft RLIMIT_NOFILE to the hard one; spawned children get the former back.</summary>
    public static void RaiseFileLimit()
    {
        int errno = sereno_spawn.sereno_raise_nofile();
        if (errno != 0)
            throw new LinuxException(errno, "raise the limit of open files");
    }

    /// <summary>kill(2); false when there is no such process. Prefer <see cref="Pidfd.Signal"/>.</summary>
    public static bool Kill(int pid, int signo) =>
        libc.kill(pid, signo) == 0 || (Errno.Last == libc.ESRCH ? false : throw Errno.Failed($"send signal {signo} to {pid}"));
}
