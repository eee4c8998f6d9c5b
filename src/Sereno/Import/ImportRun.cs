using System.Text;
using Sereno.Texts;
using Sereno.Verbs;

namespace Sereno.Import;

/// <summary>One run of the import verb: files in, unit files out.</summary>
public sealed class ImportRun
{
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Null prints the units instead.</summary>
    public required string? Output { get; init; }
    public required bool Force { get; init; }
    public required bool All { get; init; }

    /// <returns>0 when each service has its units, 1 when one has none.</returns>
    public int Run()
    {
        var result = Read(Files, new() { All = All });
        var text = Text.Current.Import;
        foreach (var note in result.Notes.OrderBy(n => n.File, StringComparer.Ordinal).ThenBy(n => n.Line))
            StandardStreams.Errors.WriteLine($"{Printable.Of(note.File)}{(note.Line > 0 ? $":{note.Line}" : "")}: {(note.Loss == ImportLoss.Service ? text.NotConverted + ": " : "")}{Printable.Of(text.Problem(note.Problem, note.Word))}");
        bool written = true;
        if (Output is not null)
            Directory.CreateDirectory(Output);
        foreach (var service in result.Services)
        {
            var (socket, unit, name) = UnitText.Of(service, text.UnitComment($"{service.File}:{service.Line}"));
            written &= Give($"{service.UnitName}.socket", socket) & Give(name, unit);
        }
        if (result.Services.Count == 0 && result.Notes.Count == 0)
            StandardStreams.Errors.WriteLine(text.Nothing);
        StandardStreams.Text.Flush();
        StandardStreams.Errors.WriteLine(text.Summary(result.Services.Count, result.Left.Count));
        if (Output is not null && written && result.Services.Count > 0)
            StandardStreams.Errors.WriteLine(text.NextSteps(string.Join(' ', result.Services.Select(s => s.UnitName + ".socket"))));
        return written && result.Left.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>A file with braces is xinetd's, another one inetd's.</summary>
    public static ImportResult Read(IReadOnlyList<string> files, Importing import)
    {
        foreach (string file in files)
        {
            var lines = ConfigurationFile.Read(file, import);
            Read(file, lines, import);
        }
        return import.Result;
    }

    public static void Read(string file, IReadOnlyList<(int Number, string Text)> lines, Importing import)
    {
        if (!IsXinetd(lines))
        {
            new InetdFile(file, import).Read(lines);
            return;
        }
        var xinetd = new XinetdFile(import);
        xinetd.Read(file, lines);
        foreach (var entry in xinetd.Services)
            new XinetdService(entry, xinetd.Defaults, import).Convert();
    }

    private static bool IsXinetd(IReadOnlyList<(int Number, string Text)> lines) => lines.Select(l => l.Text.Trim()).FirstOrDefault(l => l.Length > 0 && l[0] != '#') is { } first
        && first.Split([' ', '\t', '{'], StringSplitOptions.RemoveEmptyEntries) is [("service" or "defaults" or "include" or "includedir"), ..] words && words.Length <= 2;

    private bool Give(string name, string content)
    {
        if (Output is null)
        {
            StandardStreams.Text.Write($"# {name}\n{content}\n");
            return true;
        }
        string path = Path.Combine(Output, name);
        try
        {
            // What is there may be a link to somewhere else: it is replaced, never written through.
            if (Force)
                File.Delete(path);
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(content));
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && !Force && Path.Exists(path))
        {
            StandardStreams.Errors.WriteLine($"sereno: {Text.Current.Import.Exists(Printable.Of(path))}");
            return false;
        }
        catch (UnauthorizedAccessException e) // a folder in its place, too
        {
            StandardStreams.Errors.WriteLine(Printable.Of($"sereno: {Text.Current.Problem(e.Message)}"));
            return false;
        }
        StandardStreams.Text.WriteLine(Text.Current.Import.Written(Printable.Of(path)));
        return true;
    }
}
