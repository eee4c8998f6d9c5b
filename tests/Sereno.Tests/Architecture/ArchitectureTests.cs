using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Sereno.Tests.ArchitectureRules;

/// <summary>Holds the rooms' table of docs/ARCHITECTURE.md against projects and sources.</summary>
public partial class ArchitectureTests
{
    private static readonly string s_root = FindRoot();
    private static readonly Dictionary<string, string[]> s_rooms = ReadRooms(File.ReadAllText(Path.Combine(s_root, "docs/ARCHITECTURE.md")));

    private sealed record Source(string Path, string Room, string Text);

    [Fact]
    public void Every_project_is_a_room_and_every_room_exists()
    {
        var projects = Projects().Select(p => Path.GetFileNameWithoutExtension(p)).ToHashSet();
        Assert.Empty(projects.Except(s_rooms.Keys));
        Assert.All(s_rooms.Keys.Except(projects), room => Assert.True(Directory.Exists(FolderOf(room)), $"there is no room {room}"));
        Assert.All(s_rooms.Values.SelectMany(uses => uses), used => Assert.Contains(used, s_rooms.Keys));
    }

    [Fact]
    public void Projects_refer_only_to_what_their_rooms_may_use() => Assert.Empty(
        from project in Projects()
        let name = Path.GetFileNameWithoutExtension(project)
        from reference in XDocument.Load(project).Descendants("ProjectReference")
        let used = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
        where !s_rooms[name].Contains(used)
        select $"{name} refers to {used}");

    [Fact]
    public void Sources_name_only_what_their_rooms_may_use() => Assert.Empty(Sources("src").SelectMany(NamesOutOfRoom));

    [Fact]
    public void Only_the_kernels_door_is_unsafe() => Assert.Empty(Sources("src").SelectMany(UnsafeOutOfRoom)
        .Concat(Projects().Where(p => !p.EndsWith("Sereno.Linux.csproj", StringComparison.Ordinal) && File.ReadAllText(p).Contains("AllowUnsafeBlocks"))));

    [Fact]
    public void Nobody_starts_processes_behind_the_keepers_back() => Assert.Empty(Sources("src").SelectMany(ProcessesStarted));

    [Fact]
    public void Violations_are_seen()
    {
        Assert.Equal("Manager/X.cs names Sereno.Linux", Assert.Single(NamesOutOfRoom(Make("Sereno.Manager", "using Sereno.Linux;"))));
        Assert.Single(NamesOutOfRoom(Make("Sereno.Manager", "var x = new Sereno.Bus.Client.BusClient();")));
        Assert.Single(NamesOutOfRoom(Make("Sereno.Bus.Wire", "using static Sereno.Linux.Headers.libc;")));
        Assert.Empty(NamesOutOfRoom(Make("Sereno.Manager", "using Sereno.Units.Model;\nnamespace Sereno.Manager.Jobs;\n// Sereno.Linux does that")));
        Assert.Single(UnsafeOutOfRoom(Make("Sereno.Bus", "unsafe void F() { }")));
        Assert.Single(UnsafeOutOfRoom(Make("Sereno", "[LibraryImport(\"c\")] int F();")));
        Assert.Empty(UnsafeOutOfRoom(Make("Sereno.Linux", "unsafe void F() { }")));
        Assert.Single(ProcessesStarted(Make("Sereno", "System.Diagnostics.Process.Start(x);")));
        Assert.Single(ProcessesStarted(Make("Sereno", "using System.Diagnostics;\nProcess.GetCurrentProcess();")));

        static Source Make(string room, string text) => new("Manager/X.cs", room, text);
    }

    private static IEnumerable<string> NamesOutOfRoom(Source source)
    {
        foreach (string name in QualifiedName().Matches(Code(source.Text)).Select(m => m.Value).Distinct())
        {
            // The longest room that the name lies in; names directly below "Sereno" are the executable's own.
            string? used = s_rooms.Keys.Where(r => r != "Sereno" && IsIn(name, r)).MaxBy(r => r.Length);
            if (used is null || IsIn(source.Room, used) || IsIn(used, source.Room) && source.Room != "Sereno")
                continue;
            if (!s_rooms[source.Room].Any(allowed => IsIn(used, allowed)))
                yield return $"{source.Path} names {used}";
        }
    }

    private static IEnumerable<string> UnsafeOutOfRoom(Source source)
    {
        if (source.Room != "Sereno.Linux" && Unsafe().IsMatch(Code(source.Text)))
            yield return $"{source.Path} is unsafe";
    }

    private static IEnumerable<string> ProcessesStarted(Source source)
    {
        string code = Code(source.Text);
        if (code.Contains("System.Diagnostics.Process") || code.Contains("using System.Diagnostics;") && ProcessType().IsMatch(code))
            yield return $"{source.Path} uses System.Diagnostics.Process";
    }

    private static bool IsIn(string name, string room) => name == room || name.StartsWith(room + ".", StringComparison.Ordinal);

    private static IEnumerable<string> Projects() => ((string[])["src", "tests"]).SelectMany(f => Directory.EnumerateFiles(Path.Combine(s_root, f), "*.csproj", SearchOption.AllDirectories));

    private static IEnumerable<Source> Sources(string folder) =>
        from path in Directory.EnumerateFiles(Path.Combine(s_root, folder), "*.cs", SearchOption.AllDirectories)
        where !path.Contains("/obj/") && !path.Contains("/bin/")
        let room = s_rooms.Keys.Where(r => path.StartsWith(FolderOf(r) + "/", StringComparison.Ordinal)).MaxBy(r => r.Length)
        select new Source(Path.GetRelativePath(s_root, path), room, File.ReadAllText(path));

    /// <summary>A room's folder: its project's, or one inside of the project whose name it begins with.</summary>
    private static string FolderOf(string room)
    {
        foreach (string top in (string[])["src", "tests"])
            for (string project = room; project.Length > 0; project = project.Contains('.') ? project[..project.LastIndexOf('.')] : "")
                if (File.Exists(Path.Combine(s_root, top, project, project + ".csproj")))
                    return Path.Combine(s_root, top, project + room[project.Length..].Replace('.', '/'));
        return Path.Combine(s_root, room);
    }

    private static Dictionary<string, string[]> ReadRooms(string text) => text[text.IndexOf("## Rooms", StringComparison.Ordinal)..].Split('\n')
        .Where(l => l.StartsWith("| Sereno", StringComparison.Ordinal)).Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(c => c[0], c => c[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sereno.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("cannot find Sereno.slnx above the tests");
    }

    /// <summary>Without comments and string literals.</summary>
    private static string Code(string text) => CommentOrString().Replace(text, " ");

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|""(?:\\.|[^""\\\n])*""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"(?<![\w.])Sereno(?:\.\w+)+")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"\bunsafe\b|\bLibraryImport\b|\bDllImport\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"(?<![\w.])Process(?:StartInfo)?\b[ .(]")]
    private static partial Regex ProcessType();
}
