using Sereno.Texts;

namespace Sereno.Import;

/// <summary>One import under way: what was found, and what is to be told.</summary>
public sealed class Importing
{
    private readonly List<ImportedService> _services = [];
    private readonly List<ImportNote> _notes = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Services that are disabled as well.</summary>
    public bool All { get; init; }

    /// <summary>What this machine has and calls things; the tests have their own.</summary>
    public MachineNames Machine { get; init; } = new();

    public ImportResult Result => new(_services, _notes, _notes.Where(n => n.Loss == ImportLoss.Service).Select(n => (n.File, n.Line)).ToHashSet());

    public void Note(string file, int line, ImportProblem problem, string word = "") => _notes.Add(new(file, line, problem, word));

    public void Add(ImportedService service) => _services.Add(service);

    /// <summary>A unit's name that nobody has yet, from whatever a file calls its service.</summary>
    public string NameFor(string text)
    {
        const int longest = 100;
        string name = string.Concat(text.Trim('/').Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : c == '/' ? '-' : '_')).TrimStart('.', '-');
        name = name.Length == 0 ? "service" : name.Length > longest ? name[..longest] : name;
        string free = name;
        for (int i = 2; !_names.Add(free); i++)
            free = $"{name}-{i}";
        return free;
    }
}
