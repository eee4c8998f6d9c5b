namespace Sereno.Verbs;

/// <summary>Standard output and error without System.Console's writers: on a terminal those first send "\e[?1h=", which
/// a program that stands in for another must not.</summary>
internal static class StandardStreams
{
    public static Stream Output { get; } = Console.OpenStandardOutput();

    public static TextWriter Text { get; } = new StreamWriter(Output, bufferSize: 16 * 1024);

    public static TextWriter Errors { get; } = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
}
