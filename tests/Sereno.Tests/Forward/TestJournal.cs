using System.Text;
using Sereno.Journal.Write;
using Sereno.Tests.Journal;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Forward;

/// <summary>A journal that a test writes to, and sereno forward on it.</summary>
internal sealed class TestJournal : IDisposable
{
    private readonly JournalScratch _scratch = new();
    private readonly JournalWriter _writer;
    private int _entries;

    public TestJournal() => _writer = JournalWriter.Create(_scratch.Folder, "system.journal", JournalScratch.Options);

    public string Folder => _scratch.Path;

    public string CursorFile => $"{_scratch.Path}/cursor";

    public void Dispose()
    {
        _writer.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Entries of MESSAGE "line N"; journald's way of telling readers included.</summary>
    public void AddLines(int count)
    {
        for (int i = 0; i < count; i++)
            Append($"MESSAGE=line {_entries}", "SYSLOG_IDENTIFIER=test", "_SYSTEMD_UNIT=test.service");
        Tell();
    }

    /// <summary>An entry; fields are Latin-1.</summary>
    public void Add(params string[] fields)
    {
        Append(fields);
        Tell();
    }

    public SerenoProcess Forward(string target, params string[] options) => SerenoProcess.Start(["forward", target, "-D", Folder, .. options], ("TZ", "UTC"));

    public (int Status, string Output, string Errors) ForwardOnce(string target, params string[] options)
    {
        using var process = Forward(target, ["--once", .. options]);
        return (process.Wait(60), process.Output.ReadToEnd(), process.Errors);
    }

    /// <summary>What "logs -o json --all" prints.</summary>
    public string[] Json() => SerenoProcess.Run("logs", "-D", Folder, "-m", "-o", "json", "--all").Output.TrimEnd('\n').Split('\n');

    public static string[] Lines(int count) => [.. Enumerable.Range(0, count).Select(i => $"line {i}")];

    /// <summary>The value of MESSAGE in a line of JSON.</summary>
    public static string MessageOf(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.GetProperty("MESSAGE").GetString()!;
    }

    private void Append(params string[] fields)
    {
        _writer.Begin();
        foreach (string field in fields)
            _writer.Add(Encoding.Latin1.GetBytes(field));
        Assert.Equal(AppendResult.Appended, _writer.End(JournalScratch.Times(_entries++)));
    }

    private void Tell()
    {
        _writer.Commit();
        _writer.Flush();
        File.SetLastWriteTimeUtc($"{Folder}/system.journal", DateTime.UtcNow);
    }
}
