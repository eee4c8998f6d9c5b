using Sereno.Units.Load;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>One assignment while it is read: where it stands, where it goes, and what is to be said about it.</summary>
internal sealed class Reading(UnitBuilder unit, Specifiers specifiers, string file)
{
    public UnitBuilder Unit { get; } = unit;
    public Specifiers Specifiers { get; } = specifiers;
    public string File { get; } = file;
    public int Line { get; private set; }
    public string Key { get; private set; } = "";
    public string Value { get; private set; } = "";

    /// <summary>Set where this value is held differently than the directive is in general.</summary>
    public (Support Support, string? Reason)? Held { get; set; }

    /// <summary>Not Complete where the unit can't be used with this assignment.</summary>
    public FragmentResult Result { get; private set; }

    public bool IsEmpty => Value.Length == 0;

    public Reading At(int line, string key, string value)
    {
        (Line, Key, Value, Held) = (line, key, value, null);
        return this;
    }

    public void Warn(string message) => Unit.Diagnostics.Add(new(Severity.Warning, File, Line, message));

    public void Error(string message) => Unit.Diagnostics.Add(new(Severity.Error, File, Line, message));

    /// <param name="message">Null where it has been said already.</param>
    public void Fatal(string? message)
    {
        if (message is not null)
            Error(message);
        Result = FragmentResult.BadSetting;
    }

    /// <summary>Ends the reading of the file, as a line does that is no unit syntax.</summary>
    public void Break() => Result = FragmentResult.BadSyntax;

    /// <summary>The whole value with its specifiers resolved, or null after a warning.</summary>
    public string? Expanded(string? value = null, bool path = false)
    {
        value ??= Value;
        if (path ? Specifiers.TryPath(value, out string result, out string error) : Specifiers.TryText(value, out result, out error))
            return result;
        Warn($"Failed to resolve unit specifiers in '{value}', ignoring: {error}");
        return null;
    }

    /// <summary>An absolute (or relative) path, simplified; null after an error. Not for paths that the unit can't do without.</summary>
    public string? CheckedPath(string path, bool absolute = true, bool fatal = false)
    {
        string ignoring = fatal ? "" : ", ignoring";
        if (Paths.IsAbsolute(path) != absolute)
            Error($"{Key}= path is {(absolute ? "not absolute" : "absolute")}{ignoring}: {path}");
        else if (Paths.Simplify(path) is var simple && !Paths.IsValid(simple))
            Error($"{Key}= path has invalid length ({RawText.Encode(simple).Length} bytes){ignoring}.");
        else if (!Paths.IsNormalized(simple))
            Error($"{Key}= path is not normalized{ignoring}: {simple}");
        else
            return simple;
        return null;
    }

    public bool? Boolean()
    {
        var value = Booleans.Parse(Value);
        if (value is null)
            Warn($"Failed to parse boolean value, ignoring: {Value}");
        return value;
    }

    public ulong? Seconds()
    {
        if (TimeSpans.TryParse(Value, out ulong usec))
            return usec;
        Warn($"Failed to parse sec value, ignoring: {Value}");
        return null;
    }

    public uint? Unsigned()
    {
        if (Integers.ReadUnsigned(Value, uint.MaxValue, out ulong value) == ParseError.None)
            return (uint)value;
        Warn($"Failed to parse unsigned value, ignoring: {Value}");
        return null;
    }

    public uint? Mode()
    {
        if (Integers.TryMode(Value, out uint mode))
            return mode;
        Warn($"Failed to parse mode value, ignoring: {Value}");
        return null;
    }

    public int? Signal()
    {
        var signal = Signals.Parse(Value);
        if (signal is null)
            Warn($"Failed to parse signal name, ignoring: {Value}");
        return signal;
    }

    /// <summary>Index of the value among <paramref name="names"/>; null after a warning that starts with <paramref name="message"/>.</summary>
    public int? OneOf(string[] names, string message)
    {
        int index = Array.IndexOf(names, Value);
        if (index >= 0)
            return index;
        Warn($"{message}, ignoring: {Value}");
        return null;
    }

    /// <summary>Words of the value; null after <paramref name="message"/> where quoting or escapes are broken.</summary>
    public IEnumerable<string> Words(WordFlags flags, string? message = null) => WordsOf(Value, flags, message);

    /// <summary>The same of a part of the value.</summary>
    public IEnumerable<string> WordsOf(string text, WordFlags flags, string? message = null)
    {
        var reader = new WordReader(text);
        for (; ; )
        {
            var result = reader.Next(flags, out string word);
            if (result == WordResult.Invalid)
                Warn(message ?? $"Invalid syntax, ignoring: {Value}");
            if (result != WordResult.Word)
                yield break;
            yield return word;
        }
    }
}
