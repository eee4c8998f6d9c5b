namespace Sereno.Sockets.Filter;

/// <summary>fnmatch(3) with FNM_CASEFOLD in the C locale, over bytes.</summary>
internal static class Wildcard
{
    /// <summary>Never worse than pattern times text: after a star that failed, only the last one is tried again.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        int p = 0, t = 0, starPattern = -1, starText = 0;
        while (true)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starPattern, starText) = (++p, t);
                continue;
            }
            if (p == pattern.Length && t == text.Length)
                return true;
            if (p < pattern.Length && t < text.Length && MatchOne(pattern, ref p, text[t]))
            {
                t++;
                continue;
            }
            if (starPattern < 0 || starText == text.Length)
                return false;
            (p, t) = (starPattern, ++starText);
        }
    }

    // One character of text against what begins at p, which is behind it afterwards.
    private static bool MatchOne(ReadOnlySpan<byte> pattern, ref int p, byte c)
    {
        byte first = pattern[p++];
        switch (first)
        {
            case (byte)'?':
                return true;
            case (byte)'\\':
                return p < pattern.Length && Fold(pattern[p++]) == Fold(c); // a backslash at the end matches nothing
            case (byte)'[':
                int at = p;
                if (MatchSet(pattern, ref at, c) is not bool inSet)
                    return c == '['; // without an end it is no set
                p = at;
                return inSet;
            default:
                return Fold(first) == Fold(c);
        }
    }

    // Null for a set that never ends. Classes mind the case, characters and ranges don't: so it is in glibc.
    private static bool? MatchSet(ReadOnlySpan<byte> pattern, ref int p, byte c)
    {
        byte folded = Fold(c);
        bool negated = p < pattern.Length && pattern[p] is (byte)'!' or (byte)'^', found = false;
        if (negated)
            p++;
        for (bool first = true; ; first = false)
        {
            if (p >= pattern.Length)
                return null;
            if (pattern[p] == ']' && !first)
                break;
            if (ClassAt(pattern[p..]) is { IsEmpty: false } name)
            {
                if (IsIn(name, c) is bool inClass)
                    found |= inClass;
                else if (!found)
                    return false; // no such class: nothing matches, unless it did before
                p += name.Length + 4;
                continue;
            }
            if (Element(pattern, ref p) is not byte low)
                return null;
            byte high = low;
            if (p + 1 < pattern.Length && pattern[p] == '-' && pattern[p + 1] != ']')
            {
                p++;
                if (Element(pattern, ref p) is not byte last)
                    return null;
                high = last;
            }
            found |= Fold(low) <= folded && folded <= Fold(high);
        }
        p++;
        return found != negated;
    }

    private static byte? Element(ReadOnlySpan<byte> pattern, ref int p)
    {
        if (pattern[p] == '\\' && ++p == pattern.Length)
            return null;
        // [.x.] and [=x=] of one character are that character.
        if (pattern[p..] is [(byte)'[', (byte)'.' or (byte)'=', var c, var close, (byte)']', ..] && close == pattern[p + 1])
        {
            p += 5;
            return c;
        }
        return pattern[p++];
    }

    // The name in "[:name:]", if that is what begins here: small letters only.
    private static ReadOnlySpan<byte> ClassAt(ReadOnlySpan<byte> pattern)
    {
        if (pattern is not [(byte)'[', (byte)':', ..])
            return default;
        int length = pattern[2..].IndexOfAnyExceptInRange((byte)'a', (byte)'z');
        return length > 0 && pattern[(2 + length)..].StartsWith(":]"u8) ? pattern.Slice(2, length) : default;
    }

    private static bool? IsIn(ReadOnlySpan<byte> name, byte c) =>
        name.SequenceEqual("alpha"u8) ? char.IsAsciiLetter((char)c) :
        name.SequenceEqual("digit"u8) ? char.IsAsciiDigit((char)c) :
        name.SequenceEqual("alnum"u8) ? char.IsAsciiLetterOrDigit((char)c) :
        name.SequenceEqual("lower"u8) ? char.IsAsciiLetterLower((char)c) :
        name.SequenceEqual("upper"u8) ? char.IsAsciiLetterUpper((char)c) :
        name.SequenceEqual("xdigit"u8) ? char.IsAsciiHexDigit((char)c) :
        name.SequenceEqual("space"u8) ? c is (byte)' ' or (>= 9 and <= 13) :
        name.SequenceEqual("blank"u8) ? c is (byte)' ' or 9 :
        name.SequenceEqual("punct"u8) ? c is > 32 and < 127 && !char.IsAsciiLetterOrDigit((char)c) :
        name.SequenceEqual("graph"u8) ? c is > 32 and < 127 :
        name.SequenceEqual("print"u8) ? c is >= 32 and < 127 :
        name.SequenceEqual("cntrl"u8) ? c is < 32 or 127 :
        null;

    private static byte Fold(byte c) => c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
}
