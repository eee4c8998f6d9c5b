namespace Sereno.Units.Values;

/// <summary>Where zones come from: TZ, /etc/localtime and the zone database (tzset(3), tzselect(8)).</summary>
public static class Zones
{
    private const string Database = "/usr/share/zoneinfo", Default = "/etc/localtime";

    /// <summary>The zone of this machine or, when TZ is set, of this process; read anew at every call.</summary>
    public static Zone Local() => FromVariable(Environment.GetEnvironmentVariable("TZ"));

    /// <summary>What the local zone's times are called now, as a calendar event may name it.</summary>
    public static ZoneNames LocalNames() => Local().NamesAt(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <param name="tz">TZ's value; null when it isn't set.</param>
    public static Zone FromVariable(string? tz)
    {
        if (tz is null)
            return Read(Default) ?? Zone.Utc;
        string name = tz.Length == 0 ? "Universal" : tz.StartsWith(':') ? tz[1..] : tz;
        if (name.Length == 0 || name == Default)
            return name.Length == 0 ? Zone.Utc : Read(name) ?? Zone.Utc;
        string folder = Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } set ? set : Database;
        return Read(Path.Combine(folder, name)) ?? (Zone)new RuleZone(ZoneRule.Parse(name));
    }

    /// <summary>Whether a name is one of the database's; "UTC" always is.</summary>
    public static bool IsValid(string name)
    {
        if (name == "UTC")
            return true;
        if (name.Length == 0 || name[0] == '/' || name[^1] == '/' || name.Contains("//") || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '+' or '/'))
            return false;
        try
        {
            using var file = File.OpenHandle(Path.Combine(Database, name));
            Span<byte> magic = stackalloc byte[4];
            return RandomAccess.Read(file, magic, 0) == 4 && magic.SequenceEqual("TZif"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false; // no such zone
        }
    }

    private static ZoneFile? Read(string path)
    {
        try
        {
            return ZoneFile.Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
