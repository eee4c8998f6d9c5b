using System.Collections.Immutable;
using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Exec*= (systemd.service(5), "Command Lines").</summary>
internal static partial class DirectiveTable
{
    private const WordFlags CommandWords = WordFlags.Unquote | WordFlags.Unescape;

    private static IEnumerable<DirectiveRow> CommandRows() =>
    [
        Command("ExecCondition", ExecKind.Condition), Command("ExecStartPre", ExecKind.StartPre), Command("ExecStart", ExecKind.Start),
        Command("ExecStartPost", ExecKind.StartPost), Command("ExecReload", ExecKind.Reload), Command("ExecStop", ExecKind.Stop),
        Command("ExecStopPost", ExecKind.StopPost),
    ];

    private static DirectiveRow Command(string key, ExecKind kind) => Enforced("Service", key, r =>
    {
        var list = r.Unit.Of(kind);
        if (r.IsEmpty)
            list.Clear();
        else
            new CommandLine(r).ReadTo(list);
    });

    /// <summary>One assignment: commands between lone semicolons.</summary>
    private sealed class CommandLine(Reading reading)
    {
        private readonly WordReader _words = new(reading.Value);

        /// <summary>What the messages quote: the line from the current command on.</summary>
        private string _rest = reading.Value;

        public void ReadTo(List<ExecCommand> list)
        {
            bool more;
            do
            {
                if (Word(out string first) != WordResult.Word)
                    return;
                if (first == ";")
                {
                    more = true;
                    continue;
                }
                if (Command(first, out more) is not { } command)
                    return;
                list.Add(command);
                _rest = _words.Rest;
            }
            while (more);
        }

        private ExecCommand? Command(string first, out bool more)
        {
            more = false;
            int prefix = Prefixes(first, out var flags, out bool ownName);
            bool ignore = (flags & ExecFlags.IgnoreFailure) != 0;
            if (Path(first[prefix..], ignore) is not { } path)
                return null;
            var arguments = ImmutableArray.CreateBuilder<string>();
            if (!ownName)
                arguments.Add(path);
            while (!_words.AtEnd)
            {
                if (_words.Skip(";"))
                {
                    more = true;
                    break;
                }
                if (_words.Skip("\\;"))
                {
                    arguments.Add(";");
                    continue;
                }
                var result = Word(out string word);
                if (result == WordResult.End)
                    break;
                if (result == WordResult.Invalid)
                    return Refuse(ignore, null);
                if (!reading.Specifiers.TryText(word, out string argument, out string error))
                    return Refuse(ignore, $"Failed to resolve unit specifiers in {word}{Ignoring(ignore)}: {error}");
                arguments.Add(argument);
            }
            if (arguments.Count == 0 || (arguments[0].Length == 0 && !ownName))
                return Refuse(ignore, $"Empty executable name or zeroeth argument{Ignoring(ignore)}: {_rest}");
            return new(Paths.IsAbsolute(path) ? Paths.Simplify(path) : path, arguments.ToImmutable(), flags);
        }

        /// <summary>How many characters of <c>- @ : + ! !!</c> lead the word, each at most once.</summary>
        private static int Prefixes(string word, out ExecFlags flags, out bool ownName)
        {
            const ExecFlags privilege = ExecFlags.FullyPrivileged | ExecFlags.NoSetuid | ExecFlags.AmbientMagic;
            flags = ExecFlags.None;
            ownName = false;
            int i = 0;
            for (; i < word.Length; i++)
                if (word[i] == '-' && (flags & ExecFlags.IgnoreFailure) == 0)
                    flags |= ExecFlags.IgnoreFailure;
                else if (word[i] == '@' && !ownName)
                    ownName = true;
                else if (word[i] == ':' && (flags & ExecFlags.NoEnvironmentExpansion) == 0)
                    flags |= ExecFlags.NoEnvironmentExpansion;
                else if (word[i] == '+' && (flags & privilege) == 0)
                    flags |= ExecFlags.FullyPrivileged;
                else if (word[i] == '!' && (flags & privilege) == 0)
                    flags |= ExecFlags.NoSetuid;
                else if (word[i] == '!' && (flags & privilege) == ExecFlags.NoSetuid)
                    flags = flags & ~ExecFlags.NoSetuid | ExecFlags.AmbientMagic;
                else
                    break;
            return i;
        }

        private string? Path(string word, bool ignore)
        {
            string? problem =
                !reading.Specifiers.TryPath(word, out string path, out string error) ? $"Failed to resolve unit specifiers in '{word}'{Ignoring(ignore)}: {error}"
                : path.Length == 0 ? $"Empty path in command line{Ignoring(ignore)}: '{_rest}'"
                : !UnitText.IsSafe(path) ? $"Executable name contains special characters{Ignoring(ignore)}: {path}"
                : path.EndsWith('/') ? $"Executable path specifies a directory{Ignoring(ignore)}: {path}"
                : !(Paths.IsAbsolute(path) ? Paths.IsValid(path) : Paths.IsFileName(path)) ? $"Neither a valid executable name nor an absolute path{Ignoring(ignore)}: {path}"
                : null;
            if (problem is null)
                return path;
            Refuse(ignore, problem);
            return null;
        }

        private WordResult Word(out string word)
        {
            var result = _words.NextForgiving(CommandWords, out word, out bool kept);
            if (kept)
                reading.Warn($"Ignoring unknown escape sequences: \"{word}\"");
            if (result == WordResult.Invalid)
                reading.Error($"Unbalanced quoting, ignoring: \"{_rest}\"");
            return result;
        }

        private static string Ignoring(bool ignore) => ignore ? ", ignoring" : "";

        /// <summary>Behind <c>-</c> a broken command is left out, otherwise the unit is bad.</summary>
        private ExecCommand? Refuse(bool ignore, string? message)
        {
            if (ignore && message is not null)
                reading.Warn(message);
            else if (!ignore)
                reading.Fatal(message);
            return null;
        }
    }
}
