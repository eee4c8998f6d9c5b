using Sereno.Bus;
using Sereno.Bus.Wire;
using Xunit;

namespace Sereno.Tests.Bus;

public class NamesTests
{
    [Theory]
    [InlineData("/", true)]
    [InlineData("/org/freedesktop/systemd1/unit/a_2eservice", true)]
    [InlineData("", false)]
    [InlineData("org", false)]
    [InlineData("/org/", false)]
    [InlineData("//", false)]
    [InlineData("/a//b", false)]
    [InlineData("/a-b", false)]
    [InlineData("/ñ", false)]
    public void Object_paths_are_checked(string path, bool valid) => Assert.Equal(valid, Names.IsObjectPath(path));

    [Theory]
    [InlineData("org.freedesktop.DBus", true)]
    [InlineData("org", false)]
    [InlineData("org..x", false)]
    [InlineData("org.1x", false)]
    [InlineData(".org.x", false)]
    [InlineData("org.x-y", false)]
    public void Interface_names_are_checked(string name, bool valid) => Assert.Equal(valid, Names.IsInterface(name));

    [Theory]
    [InlineData(":1.5", true)]
    [InlineData("org.x-y.z", true)]
    [InlineData(":", false)]
    [InlineData("org", false)]
    public void Bus_names_are_checked(string name, bool valid) => Assert.Equal(valid, Names.IsBusName(name));

    [Theory]
    [InlineData("redis-server.service", "redis_2dserver_2eservice")]
    [InlineData("1.service", "_31_2eservice")]
    [InlineData("getty@tty1.service", "getty_40tty1_2eservice")]
    [InlineData(@"dev-disk\x2dby.device", "dev_2ddisk_5cx2dby_2edevice")]
    [InlineData("a_b.target", "a_5fb_2etarget")]
    public void Unit_names_become_labels_as_in_systemd(string unit, string label)
    {
        Assert.Equal("/org/freedesktop/systemd1/unit/" + label, UnitPath.Of(unit));
        Assert.True(UnitPath.TryParse(UnitPath.Of(unit), out string? back));
        Assert.Equal(unit, back);
    }

    [Theory]
    [InlineData("/org/freedesktop/systemd1/unit/a_2")]
    [InlineData("/org/freedesktop/systemd1/unit/a_zz")]
    [InlineData("/org/freedesktop/systemd1/job/1")]
    public void A_path_that_no_unit_has_is_refused(string path) => Assert.False(UnitPath.TryParse(path, out _));
}
