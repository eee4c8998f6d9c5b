using System.CommandLine;
using Sereno.Texts;
using Sereno.Verbs.Complete;

namespace Sereno.Verbs;

/// <summary>completion prints a shell's script; complete answers what that script asks.</summary>
public static class CompletionVerb
{
    public static Command Script()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish", HelpName = "bash|zsh|fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = Help.Command("completion", "source <(sereno completion bash)", "sereno completion zsh > ~/.zfunc/_sereno", "sereno completion fish | source");
        command.Add(shell);
        command.SetAction(r =>
        {
            StandardStreams.Text.WriteLine(ShellScripts.For(r.GetValue(shell)!));
            return 0;
        });
        return command;
    }

    /// <summary>A candidate a line; behind a tab, what it is.</summary>
    public static Command Candidates()
    {
        var words = new Argument<string[]>("WORD") { Description = Text.Current.Manual.Words, Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("complete", "sereno complete -- stop ngi");
        command.Hidden = true;
        command.Add(words);
        command.SetAction(r =>
        {
            // "man" wants the names of all verbs.
            string[] typed = r.GetValue(words)!;
            var known = new Completer(CommandLine.Tree(typed.Contains("man") ? [] : typed[..^Math.Min(1, typed.Length)]), (dir, unitPath) => KnownUnit.All(Instance.Resolve(dir, unitPath)));
            foreach (var (word, text) in known.Complete(typed))
                StandardStreams.Text.WriteLine(text.Length == 0 ? word : $"{word}\t{Printable.Of(text)}");
            return 0;
        });
        return command;
    }
}
