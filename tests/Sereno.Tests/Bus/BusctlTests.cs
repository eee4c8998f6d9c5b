using Xunit;

namespace Sereno.Tests.Bus;

/// <summary>The real busctl, which takes our socket for a message bus.</summary>
public sealed class BusctlTests : IDisposable
{
    private readonly BusHost _host;

    public BusctlTests()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/busctl"), "busctl is not installed");
        _host = new();
    }

    public void Dispose() => _host?.Dispose();

    [Fact]
    public void It_introspects_a_unit()
    {
        var (status, output, errors) = Busctl("introspect", "org.freedesktop.systemd1", "/org/freedesktop/systemd1/unit/redis_2dserver_2eservice");
        Assert.Equal((0, ""), (status, errors));
        Assert.Matches(@"\.MainPID +property +u +4242 +emits-change", output);
        Assert.Matches(@"\.Start +method +s +o ", output);
    }

    [Fact]
    public void It_shows_the_tree_and_calls_methods()
    {
        Assert.Contains("/org/freedesktop/systemd1/unit/app_2esocket", Busctl("tree", "--list", "org.freedesktop.systemd1").Output);
        Assert.Equal((0, "o \"/org/freedesktop/systemd1/unit/app_2esocket\"\n", ""),
            Busctl("call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "GetUnit", "s", "app.socket"));
    }

    [Fact]
    public void Folders_of_objects_are_there_also_when_they_are_empty()
    {
        Assert.Equal((0, ""), Busctl("introspect", "org.freedesktop.systemd1", "/org/freedesktop/systemd1/job") is var jobs ? (jobs.Status, jobs.Errors) : default);
        Assert.Equal("", Busctl("tree", "--list", "org.freedesktop.systemd1").Errors);
        Assert.NotEqual(0, Busctl("introspect", "org.freedesktop.systemd1", "/org/freedesktop/systemd1/job/99").Status);
    }

    private (int Status, string Output, string Errors) Busctl(params string[] arguments) =>
        Tool.Run("busctl", ["--no-pager", $"--address=unix:path={_host.Socket}", .. arguments]);
}
