namespace Sereno.Tmpfiles;

/// <summary>The letters of chattr(1) that tmpfiles.d(5) takes for h and H.</summary>
public static class FileFlags
{
    private static readonly (char Letter, uint Flag)[] s_flags =
    [
        ('A', 0x80), ('S', 0x8), ('D', 0x10000), ('a', 0x20), ('c', 0x4), ('d', 0x40), ('e', 0x80000), ('i', 0x10), ('j', 0x4000),
        ('s', 0x1), ('u', 0x2), ('t', 0x8000), ('T', 0x20000), ('C', 0x800000), ('P', 0x20000000),
    ];

    /// <summary>Which bits are said something about, and what; null where it is no such text.</summary>
    public static (uint Mask, uint Value)? Parse(string text)
    {
        char mode = text.Length > 0 && text[0] is '+' or '-' or '=' ? text[0] : '+';
        string letters = text.TrimStart('+', '-', '=');
        if (letters.Length < text.Length - 1 || (letters.Length == 0 && mode != '='))
            return null;
        uint value = 0, mask = mode == '=' ? s_flags.Aggregate(0u, (all, f) => all | f.Flag) : 0;
        foreach (char c in letters)
        {
            uint flag = s_flags.FirstOrDefault(f => f.Letter == c).Flag;
            if (flag == 0)
                return null;
            mask |= flag;
            value |= mode == '-' ? 0 : flag;
        }
        return (mask, value);
    }
}
