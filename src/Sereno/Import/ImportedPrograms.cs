using Sereno.Units.Values;

namespace Sereno.Import;

/// <summary>Paths of programs as inetd and xinetd have them.</summary>
public static class ImportedPrograms
{
    // REAL_DAEMON_DIR of Debian's tcpd(8).
    private const string DaemonFolder = "/usr/sbin";

    public static bool IsProgram(string path) => Paths.IsAbsolute(path) && Paths.IsNormalized(path) && Paths.IsValid(path) && !path.EndsWith('/') && !path.Any(char.IsControl);

    /// <summary>tcpd(8) asks hosts_access(5), then becomes the program that its first argument names.</summary>
    public static bool IsWrapper(string program) => Paths.FileName(program) == "tcpd";

    public static string? Unwrapped(string name) => IsProgram(name) ? name : Paths.IsFileName(name) && IsProgram($"{DaemonFolder}/{name}") ? $"{DaemonFolder}/{name}" : null;
}
