namespace Sereno.Units.Values;

/// <summary>Paths as text: '/' only, as in unit files on every system.</summary>
public static class Paths
{
    public static bool IsAbsolute(string path) => path.StartsWith('/');

    /// <summary>Without doubled slashes, <c>.</c> components and a trailing slash; <c>..</c> stays.</summary>
    public static string Simplify(string path)
    {
        if (path.Length == 0)
            return path;
        string joined = string.Join('/', path.Split('/').Where(p => p.Length > 0 && p != "."));
        return IsAbsolute(path) ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    /// <summary>Fits PATH_MAX, each component NAME_MAX (bytes).</summary>
    public static bool IsValid(string path) =>
        path.Length > 0 && Text.RawText.Encode(path) is var bytes && bytes.Length < 4096
        && !System.Text.Encoding.Latin1.GetString(bytes).Split('/').Any(p => p.Length > 255);

    public static bool IsNormalized(string path) => path.Length > 0 && !path.Split('/').Any(p => p is "." or "..");

    /// <summary>A name without a folder.</summary>
    public static bool IsFileName(string name) => name is not ("" or "." or "..") && !name.Contains('/') && IsValid(name);

    public static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];

    public static string Directory(string path) => path.LastIndexOf('/') switch { < 0 => "", 0 => "/", var slash => path[..slash] };

    public static string Join(string directory, string name) => directory.EndsWith('/') ? directory + name.TrimStart('/') : $"{directory}/{name.TrimStart('/')}";

    /// <summary>What follows <paramref name="prefix"/> in <paramref name="path"/> by whole components, or null.</summary>
    public static string? Below(string path, string prefix)
    {
        prefix = prefix.TrimEnd('/');
        return path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/')
            ? path[prefix.Length..].TrimStart('/') : null;
    }
}
