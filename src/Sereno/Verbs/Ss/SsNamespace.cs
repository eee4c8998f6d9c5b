using System.Runtime.ExceptionServices;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Verbs;

/// <summary>ss -N: work done inside a network namespace that ip-netns(8) named.</summary>
internal static class SsNamespace
{
    private const string Folder = "/var/run/netns";
    private const int CannotEnter = 1;

    public static int Run(string name, TextWriter errors, Func<int> work)
    {
        using var fd = Files.TryOpen($"{Folder}/{name}", libc.O_RDONLY, out int errno);
        if (fd is null)
        {
            errors.Write($"Cannot open network namespace \"{name}\": {Errno.Text(errno)}\n");
            return CannotEnter;
        }
        // A thread of its own, which ends there: namespaces belong to threads.
        int exitCode = CannotEnter;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            errno = Namespace.TryEnterNetwork(fd);
            try
            {
                exitCode = errno == 0 ? work() : CannotEnter;
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        if (errno != 0)
            errors.Write($"setting the network namespace \"{name}\" failed: {Errno.Text(errno)}\n");
        return exitCode;
    }
}
