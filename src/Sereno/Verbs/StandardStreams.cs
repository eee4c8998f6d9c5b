using Sereno.Linux;

namespace Sereno.Verbs;

/// <summary>Standard output and error without System.Console: on a terminal that first sends "\e[?1h=", which a program
/// that stands in for another must not.</summary>
internal static class StandardStreams
{
    // Never disposed: these descriptors are the process's, not ours.
    private static readonly Fd s_input = new(0), s_output = new(1), s_errors = new(2);

    public static Fd Input => s_input;

    /// <summary>Of standard output, for who waits for events: an error tells that its reader is gone (EPOLLERR).</summary>
    public static Fd OutputFd => s_output;

    public static DescriptorStream Output { get; } = new(s_output);

    /// <summary>Standard output under the name of ss or netstat, which end well even if it is full or closed.</summary>
    public static DescriptorStream ForgivingOutput { get; } = new(s_output) { Forgives = true };

    // Three pages with what it is encoded to: more would be cleared for every verb, and few say as much.
    public static TextWriter Text { get; } = new StreamWriter(Output, bufferSize: 2 * 1024);

    public static TextWriter Errors { get; } = new StreamWriter(new DescriptorStream(s_errors) { Forgives = true }) { AutoFlush = true };
}
