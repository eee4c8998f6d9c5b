namespace Sereno.Units.Values;

public enum Comparison { Less, LessOrEqual, Equal, NotEqual, GreaterOrEqual, Greater, Same, NotSame, Matches, MatchesNot }

/// <summary>Operators in conditions, and versions by the rules of UAPI.10 (systemd.unit(5), "ConditionKernelVersion=").</summary>
public static class Comparisons
{
    private static readonly (string Sign, Comparison Meaning)[] s_signs =
    [
        ("$=", Comparison.Matches), ("!$=", Comparison.MatchesNot), ("<>", Comparison.NotEqual), ("<=", Comparison.LessOrEqual), ("<", Comparison.Less),
        (">=", Comparison.GreaterOrEqual), (">", Comparison.Greater), ("==", Comparison.Equal), ("=", Comparison.Equal), ("!=", Comparison.NotEqual),
    ];

    /// <summary>Takes the operator off the front; null where there is none.</summary>
    /// <param name="texts">Whether = and != mean the same text, and $= patterns.</param>
    public static Comparison? Take(ref string text, bool texts)
    {
        foreach (var (sign, meaning) in s_signs)
            if (text.StartsWith(sign, StringComparison.Ordinal) && (texts || meaning is not (Comparison.Matches or Comparison.MatchesNot)))
            {
                text = text[sign.Length..];
                return (texts, sign) switch { (true, "=") => Comparison.Same, (true, "!=") => Comparison.NotSame, _ => meaning };
            }
        return null;
    }

    public static bool Holds(Comparison comparison, int order) => comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Equal or Comparison.Same or Comparison.Matches => order == 0,
        Comparison.NotEqual or Comparison.NotSame or Comparison.MatchesNot => order != 0,
        Comparison.GreaterOrEqual => order >= 0,
        Comparison.Greater => order > 0,
    };

    public static bool Holds(Comparison comparison, string left, string right) => comparison switch
    {
        Comparison.Matches => Glob.Matches(right, left),
        Comparison.MatchesNot => !Glob.Matches(right, left),
        Comparison.Same => left == right,
        Comparison.NotSame => left != right,
        _ => Holds(comparison, Versions(left, right)),
    };

    /// <summary>The order of two versions: numbers by value, letters by alphabet, ~ before everything, ^ - . after.</summary>
    public static int Versions(string left, string right)
    {
        int a = 0, b = 0;
        char A() => a < left.Length ? left[a] : '\0';
        char B() => b < right.Length ? right[b] : '\0';
        bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '~' or '-' or '^' or '.';
        while (true)
        {
            while (a < left.Length && !IsPart(left[a]))
                a++;
            while (b < right.Length && !IsPart(right[b]))
                b++;
            if (A() == '~' || B() == '~')
            {
                if (A() != B())
                    return A() == '~' ? -1 : 1;
                (a, b) = (a + 1, b + 1);
                continue;
            }
            if (A() == '\0' || B() == '\0')
                return A().CompareTo(B());
            if (Separator('-') is { } dash)
            {
                if (dash != 0)
                    return dash;
                continue;
            }
            if (Separator('^') is { } caret)
            {
                if (caret != 0)
                    return caret;
                continue;
            }
            if (Separator('.') is { } dot)
            {
                if (dot != 0)
                    return dot;
                continue;
            }
            bool digits = char.IsAsciiDigit(A()) || char.IsAsciiDigit(B());
            string x = Run(left, ref a, digits), y = Run(right, ref b, digits);
            if (digits)
            {
                if (x.Length == 0 || y.Length == 0)
                    return x.Length.CompareTo(y.Length);
                x = x.TrimStart('0');
                y = y.TrimStart('0');
                if (x.Length != y.Length)
                    return x.Length.CompareTo(y.Length);
            }
            if (string.CompareOrdinal(x, y) is not 0 and var order)
                return order;
        }

        int? Separator(char c)
        {
            if (A() != c && B() != c)
                return null;
            if (A() != B())
                return A() == c ? -1 : 1;
            (a, b) = (a + 1, b + 1);
            return 0;
        }
    }

    private static string Run(string text, ref int at, bool digits)
    {
        int start = at;
        while (at < text.Length && (digits ? char.IsAsciiDigit(text[at]) : char.IsAsciiLetter(text[at])))
            at++;
        return text[start..at];
    }
}
