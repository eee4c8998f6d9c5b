using Sereno.Texts;
using Sereno.Units.Model;

namespace Sereno.Verbs.Install;

/// <summary>Names and paths as typed, made unit names and absolute paths.</summary>
internal static class UnitWords
{
    /// <summary>Null where a word stands for nothing; that has been said then.</summary>
    public static List<string>? Resolve(IEnumerable<string> words, string operation, InstallArguments arguments, TextWriter errors)
    {
        var result = new List<string>();
        foreach (string word in words)
            if (word.Contains('/'))
                result.Add(Units.Values.Paths.Simplify(word.StartsWith('/') ? word : Environment.CurrentDirectory + "/" + word));
            else if (One(word, ".service", operation, arguments, errors) is { } name)
                result.Add(name);
            else
                return null;
        return result;
    }

    public static string? One(string word, string suffix, string operation, InstallArguments arguments, TextWriter errors)
    {
        var texts = Text.Current.Install;
        string? name = UnitNameMangling.Mangle(word, suffix, out string? escaped, out bool isGlob);
        if (isGlob && !arguments.Quiet)
            errors.WriteLine(texts.NoGlobs(operation));
        if (escaped is not null && !arguments.Quiet)
            errors.WriteLine(texts.Escaped(word, escaped, suggest: !isGlob));
        if (name is null)
            errors.WriteLine(texts.BadName(word, "Invalid argument"));
        return name;
    }
}
