using Sereno.Tests.Live;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>check beside systemd-analyze verify on what only a start would show: cycles, contradictions, what is missing; and templates.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sereno-check-").FullName;

    public CheckTests()
    {
        Write("cycle", "After=cycle2.service\nRequires=cycle2.service");
        Write("cycle2", "After=cycle.service\nRequires=cycle.service");
        Write("weak", "After=weak2.service\nWants=weak2.service");
        Write("weak2", "After=weak.service");
        Write("missing", "Requires=nosuch.service");
        Write("contrary", "Conflicts=other.service\nRequires=other.service");
        Write("other", "");
        Write("good", "Wants=nosuch.service\nAfter=other.service");
        Write("templ@", "Description=of %i");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("cycle", "cycle.service: Failed to create cycle.service/start: Transaction order is cyclic. See system logs for details.")]
    [InlineData("weak", ".service: Found ordering cycle on weak")] // systemd begins with either of the two
    [InlineData("missing", "missing.service: Failed to create missing.service/start: Unit nosuch.service not found.")]
    [InlineData("contrary", "contrary.service: Failed to create contrary.service/start: Transaction contains conflicting jobs")]
    [InlineData("good", "")]
    [InlineData("templ@", "")]
    public void The_verdict_and_the_reason_are_those_of_verify(string unit, string reason)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed");
        var mine = SerenoProcess.Run("--lang", "en", "check", $"{_folder}/{unit}.service");
        var theirs = Command.Run("systemd-analyze", "verify", "--man=no", $"{_folder}/{unit}.service");
        Assert.Equal(theirs.Status, mine.Status);
        Assert.Contains(reason, theirs.Errors);
        Assert.Contains(reason, mine.Errors);
    }

    [Fact]
    public void A_user_that_does_not_exist_is_named()
    {
        File.WriteAllText($"{_folder}/user.service", "[Service]\nExecStart=/bin/true\nUser=nosuchuser\n");
        Assert.Contains("user.service: User nosuchuser does not exist", SerenoProcess.Run("--lang", "en", "check", $"{_folder}/user.service").Errors);
    }

    [Theory]
    [InlineData("statsu", "unknown word 'statsu' (did you mean 'status'?)")]
    [InlineData("start --no-blok x", "unknown word '--no-blok' (did you mean '--no-block'?)")]
    [InlineData("start --job-moed=fail x", "unknown word '--job-moed=fail' (did you mean '--job-mode'?)")]
    [InlineData("daemonreload", "unknown word 'daemonreload' (did you mean 'daemon-reload'?)")]
    [InlineData("xyzzy", "unknown word 'xyzzy'")]
    public void What_was_mistyped_is_guessed_where_it_is_near(string line, string expected)
    {
        var (status, _, errors) = SerenoProcess.Run(["--lang", "en", .. line.Split(' ')]);
        Assert.Equal((1, $"sereno: {expected}"), (status, errors.Split('\n')[0]));
    }

    private void Write(string name, string unit) => File.WriteAllText($"{_folder}/{name}.service", $"[Unit]\n{unit}\n[Service]\nExecStart=/bin/true\n");
}
