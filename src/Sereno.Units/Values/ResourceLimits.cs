using Sereno.Units.Model;

namespace Sereno.Units.Values;

/// <summary><c>soft:hard</c> or one value for both (systemd.exec(5), "Process Properties"); each resource counts in its own unit.</summary>
public static class ResourceLimits
{
    /// <summary>Set in <paramref name="softAboveHard"/> apart, since systemd words that differently.</summary>
    public static bool TryParse(Resource resource, string text, out ResourceLimit limit, out bool softAboveHard)
    {
        limit = default;
        softAboveHard = false;
        var parts = text.Split(':');
        if (text.Length == 0 || parts.Length > 2 || text.Contains('\\') || !One(resource, parts[0], out ulong soft))
            return false;
        ulong hard = soft;
        if (parts.Length == 2 && !One(resource, parts[1], out hard))
            return false;
        softAboveHard = soft > hard;
        limit = new(soft, hard);
        return !softAboveHard;
    }

    private static bool One(Resource resource, string text, out ulong value)
    {
        if (text == "infinity")
        {
            value = ulong.MaxValue;
            return true;
        }
        var error = resource switch
        {
            Resource.Cpu => TimeSpans.Read(text, TimeSpans.Second, out value),
            Resource.RealtimeTime => TimeSpans.Read(text, 1, out value),
            Resource.Nice => Nice(text, out value),
            Resource.Processes or Resource.OpenFiles or Resource.Locks or Resource.PendingSignals or Resource.RealtimePriority
                => Integers.ReadUnsigned(text, ulong.MaxValue - 1, out value),
            Resource.FileSize or Resource.Data or Resource.Stack or Resource.Core or Resource.ResidentSet or Resource.AddressSpace
                or Resource.LockedMemory or Resource.MessageQueues => Sizes.Read(text, out value),
            _ => throw new ArgumentOutOfRangeException(nameof(resource)),
        };
        if (resource == Resource.Cpu && value != ulong.MaxValue)
            value = (value + TimeSpans.Second - 1) / TimeSpans.Second;
        return error == ParseError.None;
    }

    /// <summary>RLIMIT_NICE runs 40..1 for nice levels -20..19; a sign means a nice level, none the raw limit.</summary>
    private static ParseError Nice(string text, out ulong value)
    {
        char sign = text is ['+' or '-', ..] ? text[0] : ' ';
        var error = Integers.ReadUnsigned(sign == ' ' ? text : text[1..], sign switch { '+' => 19, '-' => 20, _ => 40 }, out value);
        value = sign switch { '+' => 20 - value, '-' => 20 + value, _ => value };
        return error;
    }
}
