using Sereno.Texts;

namespace Sereno.Import;

/// <summary>One import under way: what was found, and what is to be told.</summary>
public sealed class Importing
{
    private readonly List<ImportedService> _services = [];
    private readonly List<ImportNote> _notes = [];
    private readonly HashSet<string> _names = [];
    private readonly List<(ListenPlace Place, ImportedService Service)> _places = [];

    /// <summary>Services that are disabled as well.</summary>
    public bool All { get; init; }

    /// <summary>Units of the machine's are replaced where theirs have the same names.</summary>
    public bool Force { get; init; }

    /// <summary>What this machine has and calls things; the tests have their own.</summary>
    public MachineNames Machine { get; init; } = new();

    public ImportResult Result => new(_services, _notes, _notes.Where(n => n.Loss == ImportLoss.Service).Select(n => (n.File, n.Line)).ToHashSet());

    public void Note(string file, int line, ImportProblem problem, string word = "") => _notes.Add(new(file, line, problem, word));

    /// <summary>The name of its units is still to be found, and its addresses may be another line's already: then it is told, and left out.</summary>
    public void Add(ImportedService service)
    {
        var places = ListenPlace.Of(service.SocketLines);
        foreach (var place in places)
            if (_places.Find(p => p.Place.Collides(place)) is { Service: { } other })
            {
                Note(service.File, service.Line, ImportProblem.SamePlace, $"{place.Text} ({(other.File == service.File ? "" : other.File + ":")}{other.Line})");
                return;
            }
        service = service with { UnitName = NameFor(service) };
        _services.Add(service);
        _places.AddRange(places.Select(p => (p, service)));
    }

    /// <summary>A unit's name that nobody has yet: of two, or where the machine has units of that name, another one.</summary>
    private string NameFor(ImportedService service)
    {
        string name = Clean(service.UnitName);
        if (Machine.FindUnit(name) is { } file)
        {
            Note(service.File, service.Line, Force ? ImportProblem.Replaces : ImportProblem.Renamed, $"{name} ({file})");
            name = Force ? name : name + "-inetd";
        }
        string free = name;
        for (int i = 2; !_names.Add(free) || (!Force && free != name && Machine.FindUnit(free) is not null); i++)
            free = $"{name}-{i}";
        return free;
    }

    /// <summary>From whatever a file calls its service.</summary>
    private static string Clean(string text)
    {
        const int longest = 100;
        string name = string.Concat(text.Trim('/').Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : c == '/' ? '-' : '_')).TrimStart('.', '-');
        return name.Length == 0 ? "service" : name.Length > longest ? name[..longest] : name;
    }
}
