using System.CommandLine;
using Sereno.Units.Install;
using Sereno.Units.Values;

namespace Sereno.Verbs.Complete;

/// <summary>A word that may stand where the cursor is, and what a person reads beside it.</summary>
internal readonly record struct Candidate(string Word, string Text = "")
{
    /// <summary>What the shell itself knows best; no word of ours begins so.</summary>
    public static readonly Candidate Files = new(":files"), Folders = new(":folders"), Commands = new(":commands");
}

/// <summary>What may follow what was typed: read from the commands that read it in earnest.</summary>
/// <param name="units">Asked at most once, and only where units may stand.</param>
internal sealed class Completer(Command root, Func<string?, string?, IReadOnlyList<KnownUnit>> units)
{
    private static readonly string[] s_signals = [.. Enumerable.Range(1, 31).Select(Signals.ShortName)];
    private static readonly string[] s_unitStates =
        ["active", "reloading", "inactive", "failed", "activating", "deactivating", "loaded", "not-found", "bad-setting", "error", "masked", "running", "exited", "dead", "waiting", "listening"];

    private readonly Command _root = root;
    private Command _command = root;
    private Option? _open;
    private int _operands;
    private bool _onlyOperands;
    private readonly Dictionary<string, string> _values = [];

    /// <param name="words">Behind the program's name; the last is the one being typed, perhaps empty.</param>
    public IEnumerable<Candidate> Complete(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count - 1; i++)
            Pass(words[i]);
        string typed = words.Count > 0 ? words[^1] : "";
        var found = Here(typed);
        return found.Where(c => c.Word.StartsWith(typed, StringComparison.Ordinal) || c.Word[0] == ':');
    }

    private void Pass(string word)
    {
        if (_open is { } option)
        {
            _values[option.Name] = word;
            _open = null;
        }
        else if (!_onlyOperands && word == "--")
            _onlyOperands = true;
        else if (!_onlyOperands && word is ['-', _, ..])
        {
            int at = word.IndexOf('=');
            var named = Options(_command).FirstOrDefault(o => Has(o, at < 0 ? word : word[..at]));
            if (named is not null && at >= 0)
                _values[named.Name] = word[(at + 1)..];
            else if (named is not null && HelpPage.ValueOf(named) is not null)
                _open = named;
        }
        else if (_command == _root)
            _command = _root.Subcommands.FirstOrDefault(c => c.Name == word) ?? new Command(word);
        else
        {
            _operands++;
            _onlyOperands |= _command.Name == "run"; // what follows is the command's own
        }
    }

    private IEnumerable<Candidate> Here(string typed)
    {
        if (_open is not null)
            return Values(_open);
        if (!_onlyOperands && typed is ['-', ..])
            return typed.IndexOf('=') is > 0 and var at
                ? Options(_command).Where(o => Has(o, typed[..at])).SelectMany(Values).Where(c => c.Word[0] != ':').Select(c => c with { Word = typed[..(at + 1)] + c.Word })
                : [.. Options(_command).SelectMany(o => HelpPage.NamesOf(o), (o, name) => new Candidate(name, HelpPage.TextOf(o))), .. Foreign().Select(o => new Candidate("--" + o))];
        if (_command == _root)
            return Verbs();
        var arguments = _command.Arguments;
        return arguments.Count == 0 || (_operands >= arguments.Count && arguments[^1].Arity.MaximumNumberOfValues == 1) ? []
            : arguments[Math.Min(_operands, arguments.Count - 1)] is var next ? Of(next.HelpName ?? next.Name, "", typed) : [];
    }

    private IEnumerable<Candidate> Verbs() => _root.Subcommands.Where(c => !c.Hidden).Select(c => new Candidate(c.Name, HelpPage.FirstLine(c.Description)));

    private IEnumerable<Candidate> Values(Option option) => Of(option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant(), option.Name, "");

    /// <param name="kind">What help calls the value.</param>
    private IEnumerable<Candidate> Of(string kind, string option, string typed) => kind switch
    {
        "DIR" or "DIR[:DIR...]" or "ROOT" or "WORKING-DIRECTORY" => [Candidate.Folders],
        "FILE" => [Candidate.Files],
        "COMMAND" => _operands == 0 ? [Candidate.Commands] : [Candidate.Files],
        "VERB" => Verbs(),
        "UNIT" when option.Length == 0 && (_command.Name == "link" || typed.Contains('/')) => [Candidate.Files],
        ConnectVerb.TargetName => typed.Contains('/') ? [Candidate.Files] : Units(_command.Name),
        "UNIT" or "UNIT[,UNIT...]" => Units(option.Length == 0 ? _command.Name : "list-units"),
        "TARGET" => Units("list-units").Where(u => u.Word.EndsWith(".target", StringComparison.Ordinal)),
        "SLICE" => Units("list-units").Where(u => u.Word.EndsWith(".slice", StringComparison.Ordinal)),
        "SIGNAL" => Words(s_signals),
        "MODE" when _command.Name == "logs" => Words(Journalctl.OutputModes.Names),
        "TYPE" => Words(Enum.GetNames<Sereno.Units.Model.UnitType>().Select(n => n.ToLowerInvariant())),
        "STATE" when _command.Name == "list-units" => Words(s_unitStates),
        "STATE" when _command.Name == "list-unit-files" => Words(Enum.GetValues<UnitFileState>().Select(s => s.Name())),
        _ when option.Length > 0 && SelectionOptions.Words(option) is { } allowed => Words(allowed.Split(", ")),
        _ when kind.Contains('|') && !kind.Contains('[') => Words(kind.Split('|')),
        _ => [],
    };

    private IEnumerable<Candidate> Units(string verb) => units(_values.GetValueOrDefault("--dir"), _values.GetValueOrDefault("--unit-path"))
        .Where(u => u.Suits(verb)).Select(u => new Candidate(u.Name, u.Description));

    private static IEnumerable<Candidate> Words(IEnumerable<string> words) => words.Select(w => new Candidate(w));

    private static bool Has(Option option, string name) => HelpPage.NamesOf(option).Contains(name);

    private static IEnumerable<Option> Options(Command command) => HelpPage.OptionsOf(command);

    /// <summary>Of those that read their own.</summary>
    private IEnumerable<string> Foreign() => _command.Name switch
    {
        "ss" => SsVerb.LongOptions,
        "netstat" => NetstatVerb.LongOptions,
        _ => [],
    };
}
