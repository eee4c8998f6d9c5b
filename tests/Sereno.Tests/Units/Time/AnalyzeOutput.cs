namespace Sereno.Tests.Units.Time;

/// <summary>What systemd-analyze prints of several arguments.</summary>
internal static class AnalyzeOutput
{
    /// <summary>One block of lines an argument, none for one that was refused, with an empty line between them.</summary>
    public static string[] Blocks(string output, int count)
    {
        var blocks = Enumerable.Range(0, count).Select(_ => new List<string>()).ToArray();
        int at = 0;
        foreach (string line in output.Split('\n'))
            if (line.Length > 0)
                blocks[at].Add(line);
            else if (at + 1 < count)
                at++;
        return [.. blocks.Select(Timeless)];
    }

    /// <summary>Without the line that tells how far away it is now.</summary>
    public static string Timeless(IEnumerable<string> lines) => string.Join('\n', lines.Where(l => !l.Contains("From now:")));
}
