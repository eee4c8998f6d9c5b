using System.Collections.Frozen;

namespace Sereno.Units.Values;

/// <summary>Linux signals by name (with or without SIG) and number; the real-time ones as <c>RTMIN+n</c> and <c>RTMAX-n</c>.</summary>
public static class Signals
{
    /// <summary>As glibc hands them out: it keeps 32 and 33.</summary>
    public const int RealtimeMin = 34, RealtimeMax = 64;

    private static readonly string[] s_names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    private static readonly FrozenDictionary<string, int> s_numbers =
        s_names.Index().Skip(1).ToFrozenDictionary(n => n.Item, n => n.Index);

    /// <summary>The number, or null where the text names no signal.</summary>
    public static int? Parse(string text)
    {
        var error = Integers.ReadSigned(text, int.MinValue, int.MaxValue, out int number);
        if (error == ParseError.None)
            return number is > 0 and <= RealtimeMax ? number : null;
        string name = text.StartsWith("SIG", StringComparison.Ordinal) ? text[3..] : text;
        if (s_numbers.TryGetValue(name, out number))
            return number;
        if (name.StartsWith("RTMIN", StringComparison.Ordinal))
            return Realtime(name[5..], '+', RealtimeMin);
        if (name.StartsWith("RTMAX", StringComparison.Ordinal))
            return Realtime(name[5..], '-', RealtimeMax);
        return null;
    }

    private static int? Realtime(string offset, char sign, int origin) =>
        offset.Length == 0 ? origin
        : offset[0] == sign && Integers.ReadSigned(offset, RealtimeMin - RealtimeMax, RealtimeMax - RealtimeMin, out int by) == ParseError.None
          && origin + by is >= RealtimeMin and <= RealtimeMax ? origin + by : null;

    /// <summary><c>SIGTERM</c>; <c>SIGRTMIN+3</c>; the bare number where there is no name.</summary>
    public static string Name(int signal) => signal switch
    {
        > 0 and < 32 => "SIG" + s_names[signal],
        >= RealtimeMin and <= RealtimeMax => $"SIGRTMIN+{signal - RealtimeMin}",
        _ => signal.ToString(),
    };

    /// <summary>Without SIG, as exit statuses are shown: <c>9/KILL</c>.</summary>
    public static string ShortName(int signal) => Name(signal) is ['S', 'I', 'G', .. var name] ? name : Name(signal);
}
