using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;
using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Verbs.Install;

/// <summary>
/// Temporary files beside the files that are meant, an editor on all of them, and then each takes its file's place in one
/// step; one that is left empty changes nothing.
/// </summary>
internal sealed class UnitEditing(InstallPlace place)
{
    private const string Begin = "### Anything between here and the comment below will become the new contents of the file";
    private const string End = "### Lines below this comment will be discarded";
    private static readonly char[] s_blanks = [' ', '\t', '\n', '\r'];

    private readonly List<(string Target, string Temporary)> _files = [];

    public bool Full { get; init; }
    public bool Force { get; init; }
    public bool Runtime { get; init; }
    public string DropIn { get; init; } = "override.conf";

    private static InstallTexts Texts => Text.Current.Install;

    public int Run(IReadOnlyList<UnitName> units)
    {
        try
        {
            var loader = new UnitLoader(place.Paths, place.Specifiers);
            foreach (var unit in units)
                if (loader.Load(unit).LoadState == LoadState.Masked)
                    throw new EditingException(Texts.EditMasked(unit.Full));
            foreach (var unit in units)
                Prepare(loader.Files, unit);
            Edit();
            foreach (var (target, temporary) in _files)
                Accept(target, temporary);
            return ExitCodes.Success;
        }
        catch (EditingException e)
        {
            return RunVerb.Complain(e.Message);
        }
        finally
        {
            foreach (var (target, temporary) in _files)
                CleanUp(target, temporary);
        }
    }

    private void Prepare(UnitFiles known, UnitName unit)
    {
        var (fragment, names) = known.Find(unit);
        if (fragment is null && !Force)
        {
            StandardStreams.Errors.WriteLine(Text.Current.NoFiles(unit.Full));
            throw new EditingException(Texts.EditHint(place.Paths.IsGlobal ? " --global" : place.Paths.IsUser ? " --user" : "", unit.Full));
        }
        string name = fragment is null ? unit.Full : Units.Values.Paths.FileName(fragment);
        // An alias is followed, and keeps the instance.
        if (fragment is not null && unit.IsInstance && UnitName.TryParse(name, out var file) && file.IsTemplate)
            name = file.WithInstance(unit.Instance!).Full;
        string target = TargetOf(Full ? name : $"{name}.d/{DropIn}");
        if (fragment is null)
            Add(target, null);
        else if (Full)
            Copy(target, fragment, name);
        else
            Add(target, Template(target, [fragment, .. known.Merge(known.Folders(unit, names, ".d"), ".conf")]));
    }

    private string TargetOf(string name)
    {
        string persistent = $"{place.Paths.PersistentConfig}/{name}", runtime = $"{place.Paths.RuntimeConfig}/{name}";
        return !Runtime ? persistent : File.Exists(persistent) ? throw new EditingException(Texts.EditOverridden(runtime, persistent)) : runtime;
    }

    private void Copy(string target, string fragment, string name)
    {
        if (fragment != target && File.Exists(target) && !Confirm(Texts.EditOverwrite(target, fragment)))
            throw new EditingException(Texts.EditSkipped(name));
        Add(target, Read(fragment));
    }

    /// <summary>The drop-in as it is between two marks, and behind them, as comments, what it will be added to.</summary>
    private static byte[] Template(string target, IEnumerable<string> files)
    {
        string now = File.Exists(target) ? Latin1(Read(target)) : "";
        var text = new StringBuilder($"### Editing {Latin1(Encoding.UTF8.GetBytes(target))}\n{Begin}\n\n{now}{(now.EndsWith('\n') ? "" : "\n")}\n{End}");
        foreach (string path in files.Where(f => f != target))
        {
            text.Append($"\n\n### {Latin1(Encoding.UTF8.GetBytes(path))}");
            if (Latin1(Read(path)) is { Length: > 0 } content)
                text.Append($"\n# {content.Trim(s_blanks).Replace("\n", "\n# ", StringComparison.Ordinal)}");
        }
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Byte for byte: a unit file needn't be UTF-8.</summary>
    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <param name="content">Null: the editor makes the file.</param>
    private void Add(string target, byte[]? content)
    {
        string folder = Path.GetDirectoryName(target)!;
        string temporary = $"{folder}/.#{Path.GetFileName(target)}{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}";
        Attempt(() =>
        {
            Directory.CreateDirectory(folder, (UnixFileMode)0x1ED /* 0755 */);
            _files.Add((target, temporary));
            if (content is null)
                return;
            using var file = Files.Open(temporary, libc.O_WRONLY | libc.O_CREAT | libc.O_EXCL | libc.O_NOFOLLOW, 0x1A4 /* 0644 */);
            OpenFolder.ChangeMode(file, 0x1A4); // whatever our umask is
            file.WriteAll(content);
        }, temporary);
    }

    private void Edit()
    {
        string? chosen = ((string[])["SYSTEMD_EDITOR", "EDITOR", "VISUAL"]).Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => v is not null);
        string[] own = (chosen ?? "").Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
        var files = _files.Select(f => f.Temporary).ToList();
        StandardStreams.Text.Flush();
        foreach (var editor in (IEnumerable<string[]>)[.. own.Length > 0 ? [own] : (string[][])[], ["editor"], ["nano"], ["vim"], ["vi"]])
            if (Program.Run([.. editor, .. files]) is { } status)
            {
                if (status != 0)
                    throw new EditingException(Texts.EditorFailed(status));
                return;
            }
        throw new EditingException(Texts.EditNoEditor);
    }

    private static void Accept(string target, string temporary)
    {
        if (!File.Exists(temporary))
        {
            StandardStreams.Errors.WriteLine(Texts.EditCannotReadTemporary(temporary, Errno.Text(libc.ENOENT)));
            return;
        }
        byte[] bytes = Read(temporary);
        string text = Latin1(bytes);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) is >= 0 and var at ? at + Begin.Length : 0;
        int end = text.IndexOf(End, begin, StringComparison.Ordinal) is >= 0 and var stop ? stop : text.Length;
        string kept = text[begin..end].Trim(s_blanks);
        if (end < text.Length || text.TrimEnd(s_blanks).Length < text.Length)
            Attempt(() => File.WriteAllBytes(temporary, Encoding.Latin1.GetBytes(kept)), temporary);
        if (new FileInfo(temporary).Length == 0)
            StandardStreams.Errors.WriteLine(Texts.EditCanceled(target));
        else
            Attempt(() => File.Move(temporary, target, overwrite: true), target);
    }

    private void CleanUp(string target, string temporary)
    {
        try
        {
            File.Delete(temporary);
            if (!Full && Path.GetDirectoryName(target) is { } folder && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StandardStreams.Errors.WriteLine(e.Message);
        }
    }

    private static bool Confirm(string question)
    {
        while (true)
        {
            StandardStreams.Text.Write(question);
            StandardStreams.Text.Flush();
            var answer = new byte[1];
            string line = "";
            using var input = Fd.DuplicateOf(0);
            while (input.TryRead(answer) > 0 && answer[0] != '\n')
                line += (char)answer[0];
            if (line is "y" or "n")
                return line == "y";
            if (answer[0] != '\n')
                return false; // nobody is there to answer
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EditingException(Texts.EditCannotRead(path, Reason(e)));
        }
    }

    private static void Attempt(Action action, string path)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EditingException(Texts.EditCannotWrite(path, Reason(e)));
        }
    }

    private static string Reason(Exception e) => e switch
    {
        LinuxException linux => Errno.Text(linux.Number),
        UnauthorizedAccessException => Errno.Text(libc.EACCES),
        FileNotFoundException or DirectoryNotFoundException => Errno.Text(libc.ENOENT),
        _ => e.Message,
    };

    /// <summary>The end of it all, in a person's words.</summary>
    private sealed class EditingException(string message) : Exception(message);
}
