using System.CommandLine;
using System.Text;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>A command's manual page in the session's language, in man(7)'s macros: what --help says, at leisure.</summary>
internal static class ManPage
{
    public static string NameOf(Command command) => command is RootCommand ? "sereno" : $"sereno-{command.Name}";

    public static string Of(Command command)
    {
        var text = Text.Current.Manual;
        string name = NameOf(command);
        string version = typeof(ManPage).Assembly.GetName().Version!.ToString(3);
        var page = new StringBuilder();
        page.Append($".TH {Literal(name.ToUpperInvariant())} 1 {Date} \"sereno {version}\" \"{Plain(text.Title)}\"\n");
        Section(page, text.Name, $"{Literal(name)} \\- {Plain(Uncapitalized(HelpPage.FirstLine(command.Description)))}\n");
        Section(page, text.Synopsis, $".B {Literal(HelpPage.NameOf(command))}\n{Plain(HelpPage.OperandsOf(command))} [{Plain(Text.Current.OptionsWord)}]\n");
        Section(page, text.Description, $"{Plain(HelpPage.FirstLine(command.Description))}.\n{(command is RootCommand ? Paragraph(text.About) : "")}");
        if (command.Subcommands.Count > 0)
            Section(page, text.Verbs, string.Concat(command.Subcommands.Where(c => !c.Hidden).Select(c => Item($"\\fB{Literal(c.Name)}\\fR", HelpPage.FirstLine(c.Description) + "."))));
        if (Foreign(command.Name) is { } usage)
            Section(page, text.Options, Verbatim(usage.TrimEnd('\n').Split('\n')));
        Section(page, Foreign(command.Name) is null ? text.Options : text.OwnOptions, string.Concat(HelpPage.OptionsOf(command).Select(Of)));
        if (command is RootCommand)
        {
            Section(page, text.ExitStatus, string.Concat(text.ExitCodes.Select(e => Item($"\\fB{e.Code}\\fR", e.Meaning))));
            Section(page, text.Environment, string.Concat(text.Variables.Select(v => Item($"\\fB{Literal(v.Name)}\\fR", v.Meaning))));
        }
        if (HelpPage.ExamplesOf(command) is { Count: > 0 } examples)
            Section(page, text.Examples, Verbatim(examples));
        Section(page, text.SeeAlso, command is RootCommand
            ? string.Join(",\n", command.Subcommands.Where(c => !c.Hidden).Select(c => $"\\fB{Literal(NameOf(c))}\\fR(1)")) + "\n" : "\\fBsereno\\fR(1)\n");
        return page.ToString();
    }

    /// <summary>Of the program that wrote the page.</summary>
    private static string Date => File.GetLastWriteTimeUtc(Environment.ProcessPath!).ToString("yyyy-MM-dd");

    /// <summary>The usage of those that read their own options.</summary>
    private static string? Foreign(string verb) => verb switch
    {
        "ss" => SsUsage.Text,
        "netstat" => string.Concat(NetstatHelp.Usage),
        _ => null,
    };

    private static string Of(Option option)
    {
        string names = string.Join(", ", HelpPage.NamesOf(option).Select(n => $"\\fB{Literal(n)}\\fR"));
        return Item(HelpPage.ValueOf(option) is { } value ? $"{names} \\fI{Plain(value)}\\fR" : names, HelpPage.TextOf(option) + ".");
    }

    private static void Section(StringBuilder page, string title, string body) => page.Append($".SH {Plain(title)}\n{body}");

    private static string Item(string head, string text) => $".TP\n{head}\n{Plain(text)}\n";

    private static string Paragraph(string text) => $".PP\n{Plain(text)}\n";

    private static string Verbatim(IEnumerable<string> lines) => $".nf\n{string.Concat(lines.Select(l => Literal(l) + "\n"))}.fi\n";

    /// <summary>Words of a sentence: hyphens stay hyphens.</summary>
    private static string Plain(string text) => Escape(text, hyphen: "-");

    /// <summary>To be typed as it stands (groff_man_style(7), "Portability").</summary>
    private static string Literal(string text) => Escape(text, hyphen: "\\-");

    /// <summary>A line that began with a control character would be a request.</summary>
    private static string Escape(string text, string hyphen)
    {
        var result = new StringBuilder(text is ['.' or '\'', ..] ? "\\&" : "");
        foreach (char c in text)
            result.Append(c switch
            {
                '\\' => "\\e",
                '-' => hyphen,
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                '"' => "\\(dq",
                _ => c.ToString(),
            });
        return result.ToString();
    }

    private static string Uncapitalized(string sentence) => sentence is [var first, >= 'a' and <= 'z', ..] ? char.ToLowerInvariant(first) + sentence[1..] : sentence;
}
