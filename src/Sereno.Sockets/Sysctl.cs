using System.Globalization;

namespace Sereno.Sockets;

/// <summary>Kernel parameters of this process's network namespace, below /proc/sys.</summary>
internal static class Sysctl
{
    /// <summary>The text without its line end, or null where it can't be read.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText("/proc/sys/" + path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static bool ReadFlag(string path) => Read(path) is { Length: > 0 } text && text != "0";

    public static long? ReadNumber(string path) =>
        long.TryParse(Read(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
