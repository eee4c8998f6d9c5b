using System.CommandLine;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>A command's help: one sentence in the session's language, and examples to copy.</summary>
public static class Help
{
    public static Command Command(string verb, params ReadOnlySpan<string> examples) =>
        new(verb, $"{Text.Current.Help(verb)}.\n\n{Text.Current.Examples}\n  {string.Join("\n  ", examples)}");

    public static Argument<string[]> Units(ArgumentArity arity) => new("UNIT") { Description = Text.Current.Option("units"), Arity = arity };

    public static Option<T> Option<T>(string name, string text, params string[] aliases) => new(name, aliases) { Description = Text.Current.Option(text) };

    /// <summary>-o json is on every listing.</summary>
    public static Option<string> Output()
    {
        var option = new Option<string>("--output", "-o") { Description = Text.Current.Option("output"), DefaultValueFactory = _ => "text", HelpName = "text|json" };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}
