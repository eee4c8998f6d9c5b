namespace Sereno.Units.Values;

/// <summary>Sets of processors or memory nodes: <c>0-3 5,7</c> (systemd.resource-control(5), AllowedCPUs=).</summary>
public static class CpuLists
{
    private const int Max = 8192;

    /// <summary>The set with these added, as the kernel writes it; what isn't a set changes nothing; an empty text empties it.</summary>
    public static string? Parse(string text, string? set)
    {
        if (text.Length == 0)
            return null;
        var numbers = new SortedSet<int>();
        foreach (string part in $"{set} {text}".Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], out int first) || !int.TryParse(ends[^1], out int last) || first < 0 || last < first || last >= Max)
                return set;
            for (int i = first; i <= last; i++)
                numbers.Add(i);
        }
        return Format(numbers);
    }

    private static string Format(SortedSet<int> numbers)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (int number in numbers)
            if (ranges.Count > 0 && ranges[^1].Last == number - 1)
                ranges[^1] = (ranges[^1].First, number);
            else
                ranges.Add((number, number));
        return string.Join(',', ranges.Select(r => r.First == r.Last ? $"{r.First}" : $"{r.First}-{r.Last}"));
    }
}
