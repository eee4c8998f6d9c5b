using System.CommandLine;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>man: the manual page of a verb, or all of them into a folder.</summary>
public static class ManVerb
{
    public static Command Build()
    {
        var verb = new Argument<string?>("VERB") { Description = Text.Current.Manual.PageOf, Arity = ArgumentArity.ZeroOrOne };
        var folder = new Option<string?>("--write-to") { Description = Text.Current.Manual.WriteTo, HelpName = "DIR" };
        var command = Help.Command("man", "sereno man start | man -l -", "sereno man --write-to /usr/local/share/man", "sereno --lang es man --write-to /usr/local/share/man/es");
        command.Add(verb);
        command.Add(folder);
        command.SetAction(r =>
        {
            var root = CommandLine.Tree([]);
            var pages = root.Subcommands.Where(c => !c.Hidden).Prepend(root).ToDictionary(ManPage.NameOf);
            if (r.GetValue(folder) is { } path)
            {
                Directory.CreateDirectory($"{path}/man1");
                foreach (var (name, page) in pages)
                    File.WriteAllText($"{path}/man1/{name}.1", ManPage.Of(page));
                return 0;
            }
            if (!pages.TryGetValue(r.GetValue(verb) is { } wanted ? $"sereno-{wanted}" : "sereno", out var chosen))
                throw new FormatException(Text.Current.Unknown(Printable.Of(r.GetValue(verb)!)));
            StandardStreams.Text.Write(ManPage.Of(chosen));
            return 0;
        });
        return command;
    }
}
