using Sereno.Bus;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;
using Sereno.Verbs;

namespace Sereno;

/// <summary>Around all that a person starts: what this machine can't do is told in a line, and never a crash.</summary>
internal static class Guard
{
    private const int Failed = 1;

    /// <param name="program">Whose name is before the message.</param>
    public static int Run(string program, Func<int> work)
    {
        Files.ReserveStandardDescriptors();
        try
        {
            return work();
        }
        catch (LinuxException e) when (e.Number == libc.EPIPE)
        {
            return 0; // `| head` has what it wanted
        }
        catch (Exception e) when (e is BusException or FormatException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            StandardStreams.Errors.WriteLine(Printable.Lines($"{program}: {Text.Current.Problem(e.Message)}"));
            return Failed;
        }
    }
}
