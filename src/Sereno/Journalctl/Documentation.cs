using System.Text;

namespace Sereno.Journalctl;

/// <summary>Addresses that a terminal can open.</summary>
internal static class Documentation
{
    private static readonly string[] s_schemes = ["http://", "https://", "file:/", "info:", "man:"];

    public static bool IsAddress(string text) =>
        s_schemes.Any(s => text.StartsWith(s, StringComparison.Ordinal) && text.Length > s.Length) && text.All(c => c is > ' ' and < (char)127);

    /// <summary>That of a catalog's "Documentation:" line.</summary>
    public static string? In(string? explanation)
    {
        string? line = explanation?.Split('\n').FirstOrDefault(l => l.StartsWith("Documentation:", StringComparison.Ordinal));
        string? address = line?[14..].Trim(' ', '\t').Split(' ', '\t')[0];
        return address is not null && IsAddress(address) ? address : null;
    }

    public static byte[] Link(ReadOnlySpan<byte> file, string hostName)
    {
        string path = Encoding.UTF8.GetString(file);
        string full = path.StartsWith('/') ? path : Path.Combine(Directory.GetCurrentDirectory(), path);
        return [.. "\e]8;;file://"u8, .. Encoding.UTF8.GetBytes(hostName + full), 7, .. file, .. "\e]8;;\a"u8];
    }
}
