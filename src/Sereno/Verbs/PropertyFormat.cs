using System.Text.Json;
using Sereno.Bus;
using Sereno.Bus.Wire;

namespace Sereno.Verbs;

/// <summary>Properties as <c>systemctl show</c> writes them: time spans and times readable, infinity and "not set" by name.</summary>
public static class PropertyFormat
{
    public static string Of(string name, BusValue value) => value.Scalar switch
    {
        string s when value.Signature == "o" => UnitPath.TryParse(s, out string? unit) ? unit : s == "/" ? "" : s,
        string s => s,
        bool b => b ? "yes" : "no",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        ulong n when name.EndsWith("Timestamp", StringComparison.Ordinal) || name is "LastTriggerUSec" or "NextElapseUSecRealtime" => n == 0 ? "" : Times.Full(n),
        ulong n when name.EndsWith("USec", StringComparison.Ordinal) && !name.EndsWith("TimestampMonotonic", StringComparison.Ordinal) =>
            n == ulong.MaxValue ? "infinity" : Times.Span(n),
        ulong.MaxValue => name.StartsWith("Limit", StringComparison.Ordinal) || name.EndsWith("Max", StringComparison.Ordinal) || name.EndsWith("High", StringComparison.Ordinal) ? "infinity" : "[not set]",
        uint n when name.EndsWith("Mode", StringComparison.Ordinal) || name == "UMask" => Convert.ToString(n, 8).PadLeft(4, '0'),
        uint.MaxValue when name is "UID" or "GID" => "[not set]",
        null when name == "Job" => value.Items is [{ Scalar: uint and not 0 } id, ..] ? id.Scalar!.ToString()! : "",
        null when name.StartsWith("Exec", StringComparison.Ordinal) => string.Join(" ; ", value.Items.Select(Command)),
        null when value.Signature == "(ss)" => value.Items.All(i => i.Scalar is "") ? "" : string.Join(' ', value.Items.Select(i => i.Scalar)),
        null => string.Join(' ', value.Items.Select(i => Of("", i))),
        var scalar => scalar.ToString()!,
    };

    public static void WriteJson(Utf8JsonWriter json, BusValue value)
    {
        switch (value.Scalar)
        {
            case string s: json.WriteStringValue(s); break;
            case bool b: json.WriteBooleanValue(b); break;
            case byte[] bytes: json.WriteStringValue(Convert.ToHexStringLower(bytes)); break;
            case double d: json.WriteNumberValue(d); break;
            case ulong n: json.WriteNumberValue(n); break;
            case null when value.Signature[0] == 'v': WriteJson(json, value.Items[0]); break;
            case null:
                json.WriteStartArray();
                foreach (var item in value.Items)
                    WriteJson(json, item);
                json.WriteEndArray();
                break;
            case var number: json.WriteNumberValue(Convert.ToInt64(number)); break;
        }
    }

    /// <summary>One element of ExecStart: a(sasbttttuii), or with flag names in place of the boolean.</summary>
    private static string Command(BusValue command)
    {
        if (command.Items is not [var path, var arguments, var flags, var start, _, var stop, _, var pid, var code, var status])
            return "";
        string Time(BusValue time) => time.Scalar is ulong and not 0 ? $"[{Times.Full((ulong)time.Scalar)}]" : "[n/a]";
        string flag = flags.Scalar is bool ignore ? $"ignore_errors={(ignore ? "yes" : "no")}" : $"flags={string.Join(' ', flags.Items.Select(f => f.Scalar))}";
        string codeName = code.Scalar switch { 1 => "exited", 2 => "killed", 3 => "dumped", _ => "(null)" };
        return $"{{ path={path.Scalar} ; argv[]={string.Join(' ', arguments.Items.Select(a => a.Scalar))} ; {flag} ; start_time={Time(start)} ; " +
            $"stop_time={Time(stop)} ; pid={pid.Scalar} ; code={codeName} ; status={status.Scalar}{(codeName is "exited" or "(null)" ? "/0" : "")} }}";
    }
}
