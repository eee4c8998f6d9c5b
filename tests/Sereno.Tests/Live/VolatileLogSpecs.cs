using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Lines that aren't kept over a boot are read like all others, and come to the rest when they are asked to (journalctl(1), --flush).</summary>
[Collection(Live.Name)]
public sealed class VolatileLogSpecs
{
    [Fact]
    public void Lines_of_the_volatile_folder_are_shown_and_flushed_also_after_a_kill()
    {
        using var sereno = new LiveInstance(folder =>
        {
            foreach (string word in (string[])["first", "second", "third"])
                File.WriteAllText($"{folder}/units/{word}.service", $"[Service]\nType=oneshot\nExecStart=/bin/echo the-{word}-line\n");
        });
        sereno.Do("start", "first");
        sereno.Do("logs", "--relinquish-var");
        sereno.Do("start", "second");
        string hidden = $"{sereno.Folder}/run/journal/log";
        Expect("the-first-line\nthe-second-line\n");
        Assert.Contains("the-second-line", sereno.Run("status", "second").Output);
        Assert.NotEmpty(Directory.GetFiles(hidden));
        int journal = sereno.JournalPid;
        Proc.Kill(journal);
        Live.Eventually(() => sereno.JournalPid is not 0 and var now && now != journal, () => "another journal");
        sereno.Do("start", "third");
        Expect("the-first-line\nthe-second-line\nthe-third-line\n");
        sereno.Do("logs", "--flush");
        Assert.Empty(Directory.GetFiles(hidden));
        Expect("the-first-line\nthe-second-line\nthe-third-line\n");

        void Expect(string lines)
        {
            sereno.Do("logs", "--sync");
            Assert.Equal(lines, sereno.Do("logs", "-q", "-o", "cat", "_TRANSPORT=stdout").Output);
        }
    }

    [Fact]
    public void What_has_taken_the_logs_place_hides_no_line()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/say@.service", "[Service]\nType=oneshot\nExecStart=/bin/echo the-%i-line\n"));
        sereno.Do("start", "say@first");
        sereno.Do("logs", "--sync");
        Directory.Delete($"{sereno.Folder}/log", recursive: true);
        File.WriteAllText($"{sereno.Folder}/log", "");
        sereno.Do("start", "say@second");
        Live.Eventually(() => sereno.Run("logs", "-q", "-o", "cat", "-u", "say@second").Output.Contains("the-second-line"), () => $"{sereno.Run("logs")}");
        File.Delete($"{sereno.Folder}/log");
    }

    [Fact]
    public void What_is_no_file_stays_where_it_is_at_a_flush()
    {
        using var sereno = new LiveInstance(folder => File.WriteAllText($"{folder}/units/say.service", "[Service]\nType=oneshot\nExecStart=/bin/echo the-line\n"));
        sereno.Do("logs", "--relinquish-var");
        sereno.Do("start", "say");
        sereno.Do("logs", "--sync");
        string hidden = $"{sereno.Folder}/run/journal/log";
        Assert.Equal(0, Command.Run("mkfifo", $"{hidden}/user-1.journal").Status);
        sereno.Do("logs", "--flush");
        Assert.Equal([$"{hidden}/user-1.journal"], Directory.GetFiles(hidden));
        Assert.Equal("the-line\n", sereno.Do("logs", "-q", "-o", "cat", "-D", $"{sereno.Folder}/log", "_TRANSPORT=stdout").Output);
    }
}
