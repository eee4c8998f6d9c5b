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
        string name = command is RootCommand ? "sereno" : $"sereno {command.Name}";
        string usage = string.Concat(command.Arguments.Select(a => a.Arity.MinimumNumberOfValues > 0 ? $" {Text.Current.Placeholder(a.Name)}" : $" [{Text.Current.Placeholder(a.Name)}]")
            .Select((a, i) => command.Arguments[i].Arity.MaximumNumberOfValues > 1 ? a + "..." : a));
        output.WriteLine($"{Text.Current.Usage} {name}{(command.Subcommands.Count > 0 ? $" {Text.Current.VerbWord}" : "")}{usage} [{Text.Current.OptionsWord}]");
        output.WriteLine();
        output.WriteLine(command.Description);
        if (command.Subcommands.Count > 0)
            Write(output, Text.Current.Verbs, command.Subcommands.Select(c => (c.Name, FirstLine(c.Description))));
        var options = command.Options.Concat(Parents(command).SelectMany(p => p.Options.Where(o => o.Recursive))).Where(o => !o.Hidden).DistinctBy(o => o.Name);
        Write(output, Text.Current.OptionsTitle, options.Select(o => (Names(o), o is HelpOption ? Text.Current.HelpOption : o is VersionOption ? Text.Current.VersionOption : o.Description ?? "")));
        return 0;
    }

    private static IEnumerable<Command> Parents(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
            yield return parent;
    }

    private static string Names(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(a => a.StartsWith('-')).Append(option.Name).OrderBy(n => n.Length));
        return option is HelpOption or VersionOption || option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool)
            ? names : $"{names} {Text.Current.Placeholder(option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant())}";
    }

    private static void Write(TextWriter output, string title, IEnumerable<(string Name, string Text)> rows)
    {
        var list = rows.ToList();
        int width = list.Max(r => r.Name.Length) + 2;
        output.WriteLine();
        output.WriteLine(title);
        foreach (var (name, text) in list)
            output.WriteLine($"  {name.PadRight(width)}{text}");
    }

    private static string FirstLine(string? text) => (text ?? "").Split('\n')[0].TrimEnd('.');
}
