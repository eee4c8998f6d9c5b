namespace Sereno.Bus.Wire;

/// <summary>Type signatures (D-Bus specification, "Type System"): zero or more single complete types, as ASCII.</summary>
public static class Signature
{
    public static bool IsValid(ReadOnlySpan<char> signature)
    {
        if (signature.Length > Limits.SignatureLength)
            return false;
        for (int at = 0; at < signature.Length;)
        {
            int length = Measure(signature[at..], 0, 0);
            if (length == 0)
                return false;
            at += length;
        }
        return true;
    }

    public static bool IsSingleType(ReadOnlySpan<char> signature) =>
        signature.Length is > 0 and <= Limits.SignatureLength && Measure(signature, 0, 0) == signature.Length;

    /// <summary>The first single complete type of a valid signature.</summary>
    public static ReadOnlySpan<char> First(ReadOnlySpan<char> signature) => signature[..Measure(signature, 0, 0)];

    public static bool IsBasic(char type) => type is 'y' or 'b' or 'n' or 'q' or 'i' or 'u' or 'x' or 't' or 'd' or 'h' || IsStringLike(type);

    public static bool IsStringLike(char type) => type is 's' or 'o' or 'g';

    public static int AlignmentOf(char type) => type switch
    {
        'y' or 'g' or 'v' => 1,
        'n' or 'q' => 2,
        'b' or 'i' or 'u' or 'h' or 's' or 'o' or 'a' => 4,
        'x' or 't' or 'd' or '(' or '{' => 8,
        _ => throw new BusFormatException($"'{type}' is no D-Bus type"),
    };

    /// <summary>Bytes of a type whose every value has the same length and is valid; 0 for the others (a boolean must be looked at).</summary>
    internal static int FixedSizeOf(char type) => type switch
    {
        'y' => 1,
        'n' or 'q' => 2,
        'i' or 'u' or 'h' => 4,
        'x' or 't' or 'd' => 8,
        _ => 0,
    };

    /// <summary>Length of the first single complete type, 0 when there is none.</summary>
    private static int Measure(ReadOnlySpan<char> text, int arrays, int structs)
    {
        if (text.IsEmpty)
            return 0;
        switch (text[0])
        {
            case 'v':
                return 1;
            case 'a':
                if (arrays == Limits.ArrayDepth)
                    return 0;
                int element = text.Length > 1 && text[1] == '{'
                    ? MeasureEntry(text[1..], arrays + 1, structs)
                    : Measure(text[1..], arrays + 1, structs);
                return element == 0 ? 0 : element + 1;
            case '(':
                return structs == Limits.StructDepth ? 0 : MeasureFields(text, ')', arrays, structs + 1);
            default:
                return IsBasic(text[0]) ? 1 : 0;
        }
    }

    private static int MeasureFields(ReadOnlySpan<char> text, char close, int arrays, int structs)
    {
        int at = 1;
        while (at < text.Length && text[at] != close)
        {
            int length = Measure(text[at..], arrays, structs);
            if (length == 0)
                return 0;
            at += length;
        }
        return at > 1 && at < text.Length ? at + 1 : 0; // "()" is not allowed
    }

    private static int MeasureEntry(ReadOnlySpan<char> text, int arrays, int structs)
    {
        // {kv}: a basic key and exactly one value, and only as the element of an array.
        if (structs == Limits.StructDepth || text.Length < 4 || !IsBasic(text[1]))
            return 0;
        int value = Measure(text[2..], arrays, structs + 1);
        return value > 0 && 2 + value < text.Length && text[2 + value] == '}' ? value + 3 : 0;
    }
}
