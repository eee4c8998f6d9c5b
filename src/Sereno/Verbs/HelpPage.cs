using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>--help in the session's language; the library's own knows one only.</summary>
public sealed class HelpPage : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        output.WriteLine($"{Text.Current.Usage} {NameOf(command)}{(OperandsOf(command) is { Length: > 0 } operands ? " " + operands : "")} [{Text.Current.OptionsWord}]");
        output.WriteLine();
        output.WriteLine(command.Description);
        if (command.Subcommands.Count > 0)
            Write(output, Text.Current.Verbs, command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, FirstLine(c.Description))));
        Write(output, Text.Current.OptionsTitle, OptionsOf(command).Select(o => (Names(o), TextOf(o))));
        return 0;
    }

    public static string NameOf(Command command) => command is RootCommand ? "sereno" : $"sereno {command.Name}";

    /// <summary>"VERB", "UNIT...", "[WORD...]": what stands beside options in a usage line.</summary>
    public static string OperandsOf(Command command) => string.Join(' ', command.Arguments
        .Select(a => (a.Arity.MinimumNumberOfValues > 0 ? Text.Current.Placeholder(a.Name) : $"[{Text.Current.Placeholder(a.Name)}]") + (a.Arity.MaximumNumberOfValues > 1 ? "..." : ""))
        .Prepend(command.Subcommands.Count > 0 ? Text.Current.VerbWord : "").Where(w => w.Length > 0));

    /// <summary>Its own, and those that every verb has.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Concat(Parents(command).SelectMany(p => p.Options.Where(o => o.Recursive))).Where(o => !o.Hidden).DistinctBy(o => o.Name);

    /// <summary>The shortest first.</summary>
    public static IEnumerable<string> NamesOf(Option option) => option.Aliases.Where(a => a.StartsWith('-')).Append(option.Name).OrderBy(n => n.Length);

    /// <summary>What its value is called; null for one without.</summary>
    public static string? ValueOf(Option option) => option is HelpOption or VersionOption || option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool)
        ? null : Text.Current.Placeholder(option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant());

    public static string TextOf(Option option) => option is HelpOption ? Text.Current.HelpOption : option is VersionOption ? Text.Current.VersionOption : option.Description ?? "";

    /// <summary>The lines behind the title of examples.</summary>
    public static IReadOnlyList<string> ExamplesOf(Command command) =>
        (command.Description ?? "").Split(Text.Current.Examples) is [_, var examples] ? examples.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];

    public static string FirstLine(string? text) => (text ?? "").Split('\n')[0].TrimEnd('.');

    private static IEnumerable<Command> Parents(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
            yield return parent;
    }

    private static string Names(Option option) => string.Join(", ", NamesOf(option)) + (ValueOf(option) is { } value ? " " + value : "");

    private static void Write(TextWriter output, string title, IEnumerable<(string Name, string Text)> rows)
    {
        var list = rows.ToList();
        int width = list.Max(r => r.Name.Length) + 2;
        output.WriteLine();
        output.WriteLine(title);
        foreach (var (name, text) in list)
            output.WriteLine($"  {name.PadRight(width)}{text}");
    }
}
