namespace Sereno.Journal.Intake;

/// <summary>"&lt;N&gt;" at the start of a line (sd-daemon(3)) or a syslog message (RFC 3164, 4.1.1): level, and facility times 8.</summary>
public static class SyslogPriority
{
    public const int LevelMask = 7, FacilityMask = 0x3F8, Info = 6, User = 8;

    /// <summary>Takes it off; what isn't one stays.</summary>
    /// <param name="withFacility">Otherwise only 0 to 7 is one, and the facility stays as it was.</param>
    public static void Take(scoped ref ReadOnlySpan<byte> text, scoped ref int priority, bool withFacility)
    {
        int end = text is [(byte)'<', ..] ? text[..Math.Min(text.Length, 5)].IndexOf((byte)'>') : -1;
        if (end < 2)
            return;
        int value = 0;
        foreach (byte digit in text[1..end])
            if (digit is < (byte)'0' or > (byte)'9')
                return;
            else
                value = value * 10 + digit - '0';
        if (!withFacility && value > LevelMask)
            return;
        priority = withFacility ? value : (priority & FacilityMask) | value;
        text = text[(end + 1)..];
    }
}
