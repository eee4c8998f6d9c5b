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

    /// <summary>Where the machine's units are.</summary>
    public required IReadOnlyList<string> UnitFolders { get; init; }

    /// <returns>0 when each service has its units, 1 when one has none.</returns>
    public int Run()
    {
        string? target = Output is null ? null : Path.GetFullPath(Output);
        var folders = UnitFolders.Where(f => target is null || Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)) != Path.TrimEndingDirectorySeparator(target));
        var result = Read(Files, new() { All = All, Force = Force, Machine = new() { UnitFolders = [.. folders] } });
        var text = Text.Current.Import;
        foreach (var note in result.Notes.OrderBy(n => n.File, StringComparer.Ordinal).ThenBy(n => n.Line))
            StandardStreams.Errors.WriteLine($"{Printable.Of(note.File)}{(note.Line > 0 ? $":{note.Line}" : "")}: {(note.Loss == ImportLoss.Service ? text.NotConverted + ": " : "")}{Printable.Of(text.Problem(note.Problem, note.Word))}");
        bool written = true;
        if (Output is not null)
            Directory.CreateDirectory(Output);
        foreach (var service in result.Services)
        {
            var (socket, unit, name) = UnitText.Of(service, text.UnitComment($"{service.File}:{service.Line}"));
            written &= Give([($"{service.UnitName}.socket", socket), (name, unit)]);
        }
        if (result.Services.Count == 0 && result.Notes.Count == 0)
            StandardStreams.Errors.WriteLine(text.Nothing);
        StandardStreams.Text.Flush();
        StandardStreams.Errors.WriteLine(text.Summary(result.Services.Count, result.Left.Count));
        if (Output is not null && written && result.Services.Count > 0)
            StandardStreams.Errors.WriteLine(text.NextSteps(string.Join(' ', result.Services.Select(s => s.UnitName + ".socket"))));
        return written && result.Left.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>A file with braces is xinetd's, another one inetd's; a folder is xinetd.d, unless it is in the place of a file.</summary>
    public static ImportResult Read(IReadOnlyList<string> files, Importing import)
    {
        foreach (string file in files)
            if (Directory.Exists(file) && Path.GetExtension(Path.TrimEndingDirectorySeparator(file)) != ".conf")
            {
                var xinetd = new XinetdFile(import);
                xinetd.ReadFolder(file);
                Convert(xinetd, import);
            }
            else
                Read(file, ConfigurationFile.Read(file, import), import);
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
        Convert(xinetd, import);
    }

    private static void Convert(XinetdFile xinetd, Importing import)
    {
        foreach (var entry in xinetd.Services)
            new XinetdService(entry, xinetd.Defaults, import).Convert();
    }

    private static bool IsXinetd(IReadOnlyList<(int Number, string Text)> lines) => lines.Select(l => l.Text.Trim()).FirstOrDefault(l => l.Length > 0 && l[0] != '#') is { } first
        && first.Split([' ', '\t', '{'], StringSplitOptions.RemoveEmptyEntries) is [("service" or "defaults" or "include" or "includedir"), ..] words && words.Length <= 2;

    /// <summary>The units of a service, all of them or none.</summary>
    private bool Give(IReadOnlyList<(string Name, string Content)> units)
    {
        if (Output is null)
        {
            foreach (var (name, content) in units)
                StandardStreams.Text.Write($"# {name}\n{content}\n");
            return true;
        }
        string[] paths = [.. units.Select(u => Path.Combine(Output, u.Name))];
        string[] taken = Force ? [] : [.. paths.Where(IsThere)];
        foreach (string path in taken)
            StandardStreams.Errors.WriteLine($"sereno: {Text.Current.Import.Exists(Printable.Of(path))}");
        if (taken.Length > 0)
        {
            foreach (string path in paths.Except(taken))
                StandardStreams.Errors.WriteLine($"sereno: {Text.Current.Import.NotWritten(Printable.Of(path))}");
            return false;
        }
        // All are on disk before one has its name: a full disk leaves what was there. A link that is there is replaced, never written through.
        var made = new List<string>();
        try
        {
            foreach (var (path, content) in paths.Zip(units.Select(u => u.Content)))
            {
                File.Delete(path + ".new");
                using var file = new FileStream(path + ".new", FileMode.CreateNew, FileAccess.Write);
                made.Add(path);
                file.Write(Encoding.UTF8.GetBytes(content));
            }
            if (paths.FirstOrDefault(p => Linux.FileStatus.Of(p) is { Kind: Linux.FileKind.Folder }) is { } folder)
                throw new IOException($"cannot replace {folder}: Is a directory");
            foreach (string path in paths)
                File.Move(path + ".new", path, overwrite: Force);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // a full disk, a folder in its place
        {
            made.ForEach(p => File.Delete(p + ".new"));
            StandardStreams.Errors.WriteLine(Printable.Of($"sereno: {Text.Current.Problem(e.Message)}"));
            return false;
        }
        foreach (string path in paths)
            StandardStreams.Text.WriteLine(Text.Current.Import.Written(Printable.Of(path)));
        return true;
    }

    /// <summary>A link that leads nowhere, too.</summary>
    private static bool IsThere(string path) => Linux.FileStatus.Of(path) is not null;
}
