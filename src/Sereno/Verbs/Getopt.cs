namespace Sereno.Verbs;

/// <summary>One long option and the letter that stands for it, as in getopt_long(3)'s struct option.</summary>
/// <param name="IsOptional">Its argument may be missing; where it is there, it is behind "=".</param>
public readonly record struct LongOption(string Name, int Value, bool TakesArgument = false, bool IsOptional = false);

/// <summary>getopt_long(3) as glibc has it, for the programs that we stand in for: combined letters, options after operands,
/// unique abbreviations of long names, and its words for what is wrong.</summary>
/// <param name="program">argv[0], as its messages begin.</param>
/// <param name="letters">As getopt(3)'s optstring; a colon after a letter: it takes an argument; two: it may, in the same word.</param>
public sealed class Getopt(string program, string letters, IReadOnlyList<LongOption> longOptions, IReadOnlyList<string> arguments)
{
    public const int End = -1, Unknown = '?';

    private readonly List<string> _operands = [];
    private int _next;
    private string _cluster = "";

    /// <summary>argv[0], as messages begin.</summary>
    public string Program => program;

    /// <summary>The last option's argument.</summary>
    public string Argument { get; private set; } = "";

    /// <summary>Whether the last option has one.</summary>
    public bool HasArgument { get; private set; }

    /// <summary>The whole name of the last long option: several may share a value.</summary>
    public string LongName { get; private set; } = "";

    /// <summary>What isn't an option; complete after <see cref="End"/>.</summary>
    public IReadOnlyList<string> Operands => _operands;

    /// <summary>The next option's letter or value, <see cref="Unknown"/> after a message to <paramref name="errors"/>, or <see cref="End"/>.</summary>
    public int Next(TextWriter errors)
    {
        while (_cluster.Length == 0)
        {
            if (_next == arguments.Count)
                return End;
            string argument = arguments[_next++];
            if (argument == "--")
            {
                _operands.AddRange(arguments.Skip(_next));
                _next = arguments.Count;
                return End;
            }
            if (argument.StartsWith("--"))
                return NextLong(argument[2..], errors);
            if (argument.StartsWith('-') && argument.Length > 1)
                _cluster = argument[1..];
            else
                _operands.Add(argument);
        }
        return NextLetter(errors);
    }

    /// <summary>The next word, behind an option that ends its own; null where there is none.</summary>
    public string? Following => _cluster.Length > 0 || _next == arguments.Count ? null : arguments[_next];

    /// <summary>Takes the next word for the last option's argument, if it could be that.</summary>
    public bool TryTake(Func<string, bool> couldBe, out string word)
    {
        word = "";
        if (_cluster.Length > 0 || _next == arguments.Count || !couldBe(arguments[_next]))
            return false;
        Argument = word = arguments[_next++];
        return true;
    }

    private int NextLetter(TextWriter errors)
    {
        char letter = _cluster[0];
        _cluster = _cluster[1..];
        int at = letter is ':' or ';' ? -1 : letters.IndexOf(letter);
        if (at < 0)
            return Complain(errors, $"invalid option -- '{letter}'");
        HasArgument = false;
        if (at + 1 == letters.Length || letters[at + 1] != ':')
            return letter;
        if (_cluster.Length == 0 && at + 2 < letters.Length && letters[at + 2] == ':')
            return letter;
        if (_cluster.Length == 0 && _next == arguments.Count)
            return Complain(errors, $"option requires an argument -- '{letter}'");
        HasArgument = true;
        Argument = _cluster.Length > 0 ? _cluster : arguments[_next++];
        _cluster = "";
        return letter;
    }

    private int NextLong(string text, TextWriter errors)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        var found = longOptions.Where(o => o.Name == name).Take(1).ToList();
        if (found.Count == 0)
            found = [.. longOptions.Where(o => o.Name.StartsWith(name))];
        if (found.Count == 0)
            return Complain(errors, $"unrecognized option '--{name}'");
        if (found.Select(o => (o.Value, o.TakesArgument)).Distinct().Count() > 1)
            return Complain(errors, $"option '--{text}' is ambiguous; possibilities:{string.Concat(found.Select(o => $" '--{o.Name}'"))}");
        var option = found[0];
        if (!option.TakesArgument && equals >= 0)
            return Complain(errors, $"option '--{option.Name}' doesn't allow an argument");
        if (option.TakesArgument && !option.IsOptional && equals < 0 && _next == arguments.Count)
            return Complain(errors, $"option '--{option.Name}' requires an argument");
        HasArgument = option.TakesArgument && (equals >= 0 || !option.IsOptional);
        if (HasArgument)
            Argument = equals >= 0 ? text[(equals + 1)..] : arguments[_next++];
        LongName = option.Name;
        return option.Value;
    }

    private int Complain(TextWriter errors, string problem)
    {
        errors.WriteLine($"{program}: {problem}");
        return Unknown;
    }
}
