using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Values that several sections read, and what is wrong with those of directives without effect here (systemd.mount(5), systemd.swap(5)).</summary>
internal static partial class DirectiveTable
{
    private static Action<Reading>? ReaderOf(UnitType type, string key) => key switch
    {
        "SloppyOptions" or "LazyUnmount" or "ForceUnmount" or "ReadWriteOnly" => r => r.Boolean(),
        "DirectoryMode" => r => r.Mode(),
        "TimeoutSec" or "TimeoutIdleSec" => r => ReadSpan(r),
        "Priority" when type == UnitType.Swap => ReadSwapPriority,
        "ExtraOptions" => r => r.Expanded(),
        _ => null,
    };

    private static long? ReadNumber(Reading r, string type, ulong max)
    {
        string text = r.Value.TrimStart(' ', '\t');
        bool negative = text.StartsWith('-');
        string digits = negative ? text[1..] : text;
        if ((!negative || digits is [>= '0' and <= '9', ..]) && Integers.ReadUnsigned(digits, negative ? max + 1 : max, out ulong number) == ParseError.None)
            return negative ? -(long)number : (long)number;
        r.Warn($"Failed to parse {type} value, ignoring: {r.Value}");
        return null;
    }

    private static ulong? ReadSpan(Reading r)
    {
        if (TimeSpans.TryParse(r.Value, out ulong usec))
            return usec;
        r.Warn($"Failed to parse time value, ignoring: {r.Value}");
        return null;
    }

    private static ulong? ReadSize(Reading r)
    {
        var error = Sizes.Read(r.Value, out ulong bytes);
        if (error == ParseError.None)
            return bytes;
        r.Warn($"Failed to parse size value '{r.Value}', ignoring: {Words(error)}");
        return null;
    }

    private static string Words(ParseError error) => error == ParseError.Range ? "Numerical result out of range" : "Invalid argument";

    private static void ReadSwapPriority(Reading r)
    {
        if (r.IsEmpty)
            return;
        if (Integers.ReadSigned(r.Value, int.MinValue, int.MaxValue, out int priority) != ParseError.None)
            r.Warn($"Invalid swap priority '{r.Value}', ignoring.");
        else if (priority < -1)
            r.Warn($"Sorry, swap priorities smaller than -1 may only be assigned by the kernel itself, ignoring: {r.Value}");
        else if (priority > 32767)
            r.Warn($"Swap priority out of range, ignoring: {r.Value}");
    }
}
