using System.Text;

namespace Sereno.Journal.Intake;

/// <summary>The seven lines with which a client of /run/systemd/journal/stdout begins (sd_journal_stream_fd(3)).</summary>
public sealed record StdoutHeader(string Identifier, string Unit, int Priority, bool LevelPrefix, bool ToSyslog, bool ToKernel, bool ToConsole)
{
    /// <summary>No line is longer: a unit's name fits (journald's own limit).</summary>
    public const int MaxLine = 255, MaxLength = 7 * (MaxLine + 1);

    /// <summary>Null with a length of 0 when its end isn't there yet, with -1 when it can't be one.</summary>
    public static StdoutHeader? Parse(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        var lines = new string[7];
        var rest = bytes;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!Lines.TryTake(ref rest, MaxLine, out var line, out var how))
                return null;
            if (how != LineBreak.Newline)
            {
                length = -1;
                return null;
            }
            lines[i] = Encoding.UTF8.GetString(line).Trim();
        }
        length = -1;
        if (!int.TryParse(lines[2], out int priority) || priority is < 0 or > 999 || Flag(lines[3]) is not { } prefix
            || Flag(lines[4]) is not { } syslog || Flag(lines[5]) is not { } kernel || Flag(lines[6]) is not { } console)
            return null;
        length = bytes.Length - rest.Length;
        return new(lines[0], lines[1], priority, prefix, syslog, kernel, console);
    }

    private static bool? Flag(string text) => text.ToLowerInvariant() switch
    {
        "1" or "yes" or "y" or "true" or "t" or "on" => true,
        "0" or "no" or "n" or "false" or "f" or "off" => false,
        _ => null,
    };
}
