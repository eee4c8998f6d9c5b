using System.Text;

namespace Sereno.Journal.Intake;

/// <summary>/proc/PID/cmdline as one line for _CMDLINE=: arguments that a shell would read otherwise are in double quotes.</summary>
public static class CommandLineText
{
    private const string Escaped = "\"\\`$", Quoting = Escaped + "*?['()<>|&;! \t\n\r";

    public static string Of(ReadOnlySpan<byte> arguments)
    {
        var text = new StringBuilder();
        foreach (string argument in Encoding.UTF8.GetString(arguments.TrimEnd((byte)0)).Split('\0'))
        {
            if (text.Length > 0)
                text.Append(' ');
            if (argument.Length > 0 && !argument.Any(c => Quoting.Contains(c) || char.IsControl(c)))
                text.Append(argument);
            else
                Quote(text, argument);
        }
        return text.ToString();
    }

    private static void Quote(StringBuilder text, string argument)
    {
        text.Append('"');
        foreach (char c in argument)
            _ = c switch
            {
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                _ when Escaped.Contains(c) => text.Append('\\').Append(c),
                _ when char.IsControl(c) => text.Append($"\\{Convert.ToString(c, 8).PadLeft(3, '0')}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }
}
