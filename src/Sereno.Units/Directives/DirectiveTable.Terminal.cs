using Sereno.Units.Model;
using Sereno.Units.Text;

namespace Sereno.Units.Directives;

/// <summary>Terminals, and text for standard input (systemd.exec(5), "Logging and Standard Input/Output").</summary>
internal static partial class DirectiveTable
{
    private const int MaxInputData = 64 << 20;

    private static DirectiveRow Terminal(string key, Func<Reading, TerminalSettings, TerminalSettings> set) =>
        Enforced("Service", key, r => r.Unit.Exec = r.Unit.Exec with { Terminal = set(r, r.Unit.Exec.Terminal) });

    private static IEnumerable<DirectiveRow> TerminalRows()
    {
        yield return Terminal("TTYPath", (r, t) => r.IsEmpty ? t with { Path = null }
            : r.Expanded(path: true) is { } text && r.CheckedPath(text) is { } path ? t with { Path = path } : t);
        yield return Terminal("TTYReset", (r, t) => t with { Reset = r.Boolean() ?? t.Reset });
        yield return Terminal("TTYVHangup", (r, t) => t with { HangUp = r.Boolean() ?? t.HangUp });
        yield return Terminal("TTYVTDisallocate", (r, t) => t with { Disallocate = r.Boolean() ?? t.Disallocate });
        yield return Terminal("TTYRows", (r, t) => t with { Rows = r.IsEmpty ? null : r.Unsigned() ?? t.Rows });
        yield return Terminal("TTYColumns", (r, t) => t with { Columns = r.IsEmpty ? null : r.Unsigned() ?? t.Columns });
        yield return Enforced("Service", "StandardInputText", ReadInputText);
        yield return Enforced("Service", "StandardInputData", ReadInputData);
    }

    /// <summary>C escapes, and then specifiers; each assignment is a line.</summary>
    private static void ReadInputText(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.InputData.Clear();
        else if (WordReader.Split(r.Value, WordFlags.Unescape, "") is not [var unescaped])
            r.Warn($"Failed to decode C escaped text '{r.Value}', ignoring: Invalid argument");
        else if (!r.Specifiers.TryText(unescaped, out string text, out string error, MaxInputData))
            r.Warn($"Failed to resolve unit specifiers in '{unescaped}', ignoring: {error}");
        else
            AddInput(r, [.. RawText.Encode(text), (byte)'\n']);
    }

    private static void ReadInputData(Reading r)
    {
        if (r.IsEmpty)
            r.Unit.InputData.Clear();
        else
            try
            {
                AddInput(r, Convert.FromBase64String(r.Value));
            }
            catch (FormatException)
            {
                r.Warn($"Failed to decode base64 data, ignoring: {r.Value}");
            }
    }

    private static void AddInput(Reading r, byte[] data)
    {
        if (r.Unit.InputData.Count + data.Length > MaxInputData)
            r.Warn($"Standard input data too large ({r.Unit.InputData.Count + data.Length}), maximum of {MaxInputData} permitted, ignoring.");
        else
            r.Unit.InputData.AddRange(data);
    }
}
