using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Server= beside Accept= and Service= (docs/decisions/0013), and templates that are read once.</summary>
public class ServerModeTests
{
    [Theory]
    [InlineData("ListenStream=80\nAccept=yes", "dedicated", true, true, null)]
    [InlineData("ListenStream=80\nAccept=yes", "concurrent", true, false, null)]
    [InlineData("ListenStream=80", "dedicated", true, true, null)]
    [InlineData("ListenStream=80", "concurrent", true, false, null)]
    [InlineData("ListenStream=80\nAccept=no", "dedicated", false, false, null)]
    [InlineData("ListenStream=80\nService=b.service", "dedicated", false, false, null)]
    [InlineData("ListenDatagram=80", "dedicated", false, false, null)]
    [InlineData("ListenStream=80\nAccept=no", "concurrent", false, false, "Accept=no is set")]
    [InlineData("ListenStream=80\nService=b.service", "concurrent", false, false, "Service= is set")]
    [InlineData("ListenDatagram=80", "concurrent", false, false, "not all sockets have any")]
    [InlineData("ListenStream=80", null, false, false, null)]
    public void Accept_says_what_the_service_is_handed_and_Server_how_many_are_served_at_a_time(string socket, string? server, bool accepts, bool isDedicated, string? contradiction)
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.socket", $"[Socket]\n{socket}\n" + (server is null ? "" : $"[X-Sereno]\nServer={server}\n"));
        var unit = folder.Load("a.socket");
        Assert.Equal((LoadState.Loaded, accepts, isDedicated), (unit.LoadState, unit.Socket!.Accept, unit.Socket.Dedicated));
        Assert.Equal(accepts, unit.Triggers is null);
        if (contradiction is null)
            Assert.Empty(unit.Diagnostics);
        else
            Assert.Contains(contradiction, Assert.Single(unit.Diagnostics).Message);
    }

    [Fact]
    public void An_instance_is_what_its_template_says_now_whoever_was_loaded_before()
    {
        using var folder = new UnitFolder();
        string path = folder.At("lib/a@.service");
        folder.File("lib/a@.service", "[Unit]\nRequires=c.target\n[Service]\nExecStart=/bin/true\n");
        var (first, second) = (folder.Load("a@1.service"), folder.Load("a@2.service"));
        Assert.Equal(("a@1.service", "a@2.service"), (first.Description, second.Description));
        Assert.Equal(("a@2.service", "/bin/true"), (second.Name.Full, second.Service!.ExecStart[0].Path));
        Assert.Equal(first.Of(Dependency.Requires), second.Of(Dependency.Requires));
        File.WriteAllText(path, "[Unit]\nDescription=of %i\n[Service]\nExecStart=/bin/false\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        Assert.Equal(("of 3", "/bin/false"), (folder.Load("a@3.service").Description, folder.Load("a@3.service").Service!.ExecStart[0].Path));
        Assert.Equal("of 4", folder.Load("a@4.service").Description);
    }

    [Fact]
    public void A_drop_in_of_one_instance_is_that_instances_alone()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a@.service", "[Service]\nExecStart=/bin/true\n").File("lib/a@2.service.d/x.conf", "[Unit]\nDescription=second\n");
        Assert.Equal(["a@1.service", "second", "a@3.service"], ((string[])["a@1.service", "a@2.service", "a@3.service"]).Select(n => folder.Load(n).Description));
    }
}
