using System.Collections.Immutable;
using Sereno.Bus.Wire;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>
/// Properties of StartTransientUnit and SetUnitProperties as the lines of a unit file that say the same. A string stands for
/// the setting's own text, whatever the setting.
/// </summary>
internal static partial class TransientSettings
{
    /// <summary>Properties that are no settings: what they ask for is looked at elsewhere, or holds anyway.</summary>
    public static bool IsRequest(string property) => property is "PIDs" or "AddRef" or "Controller";

    /// <summary>The number of the standard stream that a property sets.</summary>
    public static int? StreamOf(string property) => property switch
    {
        "StandardInputFileDescriptor" => 0,
        "StandardOutputFileDescriptor" => 1,
        "StandardErrorFileDescriptor" => 2,
        _ => null,
    };

    /// <exception cref="BusException">The property can't be set.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Of(string property, BusValue value)
    {
        return property is "TimersMonotonic" or "TimersCalendar" or "EnvironmentFiles" ? Plainly() : Structured(property, value) ?? Plainly();

        IEnumerable<KeyValuePair<string, string>> Plainly() => (property, value.Signature) switch
        {
            ("TimersMonotonic", "a(st)") => value.Items.Select(i => new KeyValuePair<string, string>(Seconds(Text(i.Items[0])), Span(i.Items[1]))),
            ("TimersCalendar", "a(ss)") => value.Items.Select(i => new KeyValuePair<string, string>(Text(i.Items[0]), Escape(Text(i.Items[1])))),
            ("EnvironmentFiles", "a(sb)") => Lines(value, i => (i.Items[1].Scalar is true ? "-" : "") + Escape(Text(i.Items[0]))),
            ("CPUQuotaPerSecUSec", "t") => [Of("CPUQuota", value.Scalar is ulong.MaxValue ? "" : $"{(ulong)value.Scalar! / 10_000}%")],
            (_, "a(sasb)") => Commands(property, value),
            (_, "a(sasas)") => Commands(Plain(property), value),
            ("Environment" or "PassEnvironment" or "UnsetEnvironment", "as") => Lines(value, i => Quote(Text(i))),
            (_, "as") => Lines(value, i => Escape(Text(i))),
            (_, "(bas)") => [Of(property, (value.Items[0].Scalar is true ? "" : "~") + string.Join(' ', value.Items[1].Items.Select(Text)))],
            (_, "b") => [Of(property, value.Scalar is true ? "yes" : "no")],
            (_, "t") when property.EndsWith("USec", StringComparison.Ordinal) => [Of(Seconds(property), Span(value))],
            (_, "t") => [Of(property, value.Scalar is ulong.MaxValue ? "infinity" : $"{value.Scalar}")],
            (_, "i" or "u" or "x" or "n" or "q") => [Of(property, $"{value.Scalar}")],
            (_, "s" or "o") => [Of(property, Escape(Text(value)))],
            (_, "h") => throw new BusException(BusErrors.NotSupported, $"Cannot set property {property}: descriptors are not taken over the bus"),
            _ => throw new BusException(BusErrors.PropertyReadOnly, $"Cannot set property {property}, or unknown property."),
        };

        IEnumerable<KeyValuePair<string, string>> Lines(BusValue list, Func<BusValue, string> line) =>
            list.Items.IsEmpty ? [Of(property, "")] : list.Items.Select(i => Of(property == "EnvironmentFiles" ? "EnvironmentFile" : property, line(i)));
    }

    private static KeyValuePair<string, string> Of(string key, string value) => new(key, value);

    private static IEnumerable<KeyValuePair<string, string>> Commands(string key, BusValue commands)
    {
        yield return Of(key, "");
        foreach (var command in commands.Items)
        {
            string path = Text(command.Items[0]);
            var arguments = command.Items[1].Items.Select(Text).ToImmutableArray();
            string prefix = command.Items[2].Scalar is true ? "-" : string.Concat(command.Items[2].Items.Select(f => Text(f) switch
            {
                "ignore-failure" => "-",
                "privileged" => "+",
                "no-setuid" => "!",
                "ambient" => "!!",
                "no-env-expand" => ":",
                var flag => throw new BusException(BusErrors.InvalidArgs, $"Invalid {key} flag {flag}."),
            }));
            string words = string.Join(' ', arguments.Select(Quote));
            yield return Of(key, arguments.IsEmpty || path == arguments[0] ? prefix + (words.Length > 0 ? words : Quote(path)) : $"{prefix}@{Quote(path)} {words}");
        }
    }

    private static string Plain(string property) => property.EndsWith("Ex", StringComparison.Ordinal) ? property[..^2] : property;

    private static string Seconds(string property) => property.EndsWith("USec", StringComparison.Ordinal) ? property[..^4] + "Sec" : property;

    private static string Span(BusValue value) => value.Scalar is ulong.MaxValue ? "infinity" : $"{value.Scalar}us";

    private static string Text(BusValue value) => value.Scalar as string ?? throw new BusException(BusErrors.InvalidArgs, "Invalid argument");

    /// <summary>What the caller says is meant as it is: no specifiers, and one line.</summary>
    private static string Escape(string text) => text.AsSpan().ContainsAny('\n', '\r', '\0')
        ? throw new BusException(BusErrors.InvalidArgs, "Invalid argument: a setting is one line")
        : text.Replace("%", "%%", StringComparison.Ordinal);

    private static string Quote(string word)
    {
        var text = new System.Text.StringBuilder("\"");
        foreach (char c in word)
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '%' => "%%",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return text.Append('"').ToString();
    }
}
