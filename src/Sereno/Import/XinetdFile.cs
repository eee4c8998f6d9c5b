using Sereno.Linux;
using Sereno.Texts;

namespace Sereno.Import;

/// <summary>A service of an xinetd file, as written: attributes with their operators and values.</summary>
public sealed record XinetdEntry(string File, int Line, string Name, IReadOnlyList<XinetdAttribute> Attributes);

/// <param name="Operator">=, += or -=.</param>
public readonly record struct XinetdAttribute(int Line, string Name, string Operator, IReadOnlyList<string> Values);

/// <summary>xinetd.conf(5): entries in braces, and other files included.</summary>
public sealed class XinetdFile(Importing import)
{
    private const int DeepestInclude = 10, MostFiles = 1000;
    private static readonly char[] s_blanks = [' ', '\t', '\v', '\f'];
    private readonly HashSet<string> _read = [];

    public List<XinetdEntry> Services { get; } = [];
    public List<XinetdAttribute> Defaults { get; } = [];

    /// <summary>The file of the defaults section, for what is told of it.</summary>
    public string DefaultsFile { get; private set; } = "";

    public void Read(string path, int depth = 0)
    {
        if (_read.Count >= MostFiles || !_read.Add(Path.GetFullPath(path)))
            import.Note(path, 0, ImportProblem.TooDeep, path);
        else
            Read(path, ConfigurationFile.Read(path, import), depth);
    }

    public void Read(string path, IReadOnlyList<(int Number, string Text)> lines, int depth = 0)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            var (number, text) = lines[i];
            string line = text.Trim(s_blanks);
            if (IsNothing(line))
                continue;
            bool opens = line.EndsWith('{');
            string[] words = (opens ? line[..^1] : line).Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["include", var file] when !opens:
                    Include(path, number, [file], depth);
                    break;
                case ["includedir", var folder] when !opens:
                    Include(path, number, FilesIn(path, number, folder), depth);
                    break;
                case ["defaults"]:
                    DefaultsFile = path;
                    Defaults.AddRange(Body(path, lines, ref i, opens) ?? []);
                    break;
                case ["service", var name]:
                    if (Body(path, lines, ref i, opens) is { } attributes)
                        Services.Add(new(path, number, name, attributes));
                    break;
                default:
                    import.Note(path, number, ImportProblem.Syntax, Printable.Of(line));
                    break;
            }
        }
    }

    /// <summary>As includedir does.</summary>
    public void ReadFolder(string folder) => Include(folder, 0, FilesIn(folder, 0, folder), 0);

    private static bool IsNothing(string line) => line.Length == 0 || line[0] == '#';

    /// <summary>The attributes up to the closing brace; null where there is none to open.</summary>
    private List<XinetdAttribute>? Body(string path, IReadOnlyList<(int Number, string Text)> lines, ref int i, bool opened)
    {
        int header = lines[i].Number;
        while (!opened && i + 1 < lines.Count && lines[i + 1].Text.Trim(s_blanks) is var next && (IsNothing(next) || next == "{"))
        {
            i++;
            opened = next == "{";
        }
        if (!opened)
        {
            import.Note(path, header, ImportProblem.Syntax, "{");
            return null;
        }
        var attributes = new List<XinetdAttribute>();
        for (i++; i < lines.Count; i++)
        {
            string line = lines[i].Text.Trim(s_blanks);
            if (line == "}")
                return attributes;
            if (IsNothing(line))
                continue;
            if (Attribute(lines[i].Number, line) is { } attribute)
                attributes.Add(attribute);
            else
                import.Note(path, lines[i].Number, ImportProblem.Syntax, Printable.Of(line));
        }
        import.Note(path, header, ImportProblem.Syntax, "}");
        return null;
    }

    private static XinetdAttribute? Attribute(int number, string line)
    {
        int equals = line.IndexOf('=');
        if (equals < 1)
            return null;
        string sign = line[equals - 1] is '+' or '-' ? line[(equals - 1)..(equals + 1)] : "=";
        string name = line[..(equals + 1 - sign.Length)].TrimEnd(s_blanks);
        return name.Length == 0 || name.AsSpan().ContainsAny(s_blanks) ? null
            : new(number, name, sign, line[(equals + 1)..].Split(s_blanks, StringSplitOptions.RemoveEmptyEntries));
    }

    private void Include(string path, int line, IReadOnlyList<string> files, int depth)
    {
        foreach (string file in files)
            if (depth >= DeepestInclude)
                import.Note(path, line, ImportProblem.TooDeep, file);
            else
                Read(file, depth + 1);
    }

    /// <summary>Names with a dot or a tilde at the end are editors' and packages' left-overs. What isn't a file could be waited for without end.</summary>
    private IReadOnlyList<string> FilesIn(string path, int line, string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(f => !Path.GetFileName(f).Contains('.') && !f.EndsWith('~') && FileStatus.Of(f)?.Kind is FileKind.File or FileKind.Link).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            import.Note(path, line, ImportProblem.CannotRead, $"{folder}: {ConfigurationFile.Cause("", e)}");
            return [];
        }
    }
}
