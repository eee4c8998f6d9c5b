using Sereno.Units.Load;
using Xunit;

namespace Sereno.Tests.Units;

public class UnitPathsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("/a:/b//c/")]
    [InlineData("/a:")]
    [InlineData("/a::/b")]
    [InlineData("/etc/systemd/system:/a:")]
    public void The_system_is_searched_where_systemd_searches_it(string? unitPath)
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        var (_, theirs, _) = Oracle.Run("systemd-analyze", ["unit-paths"], unitPath is null ? [] : [("SYSTEMD_UNIT_PATH", unitPath)]);
        Assert.Equal(theirs, UnitPaths.System(unitPath).Search);
    }

    [Theory]
    [InlineData("/h", "", "", "", "", "")]
    [InlineData("/h", "/run/user/1", "/h/c", "/h/d", "/e1:/e2", "/d1:/d2")]
    public void A_user_is_searched_where_systemd_searches(string home, string runtime, string config, string data, string configs, string datas)
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        (string, string)[] environment =
        [
            ("HOME", home), ("XDG_RUNTIME_DIR", runtime), ("XDG_CONFIG_HOME", config), ("XDG_DATA_HOME", data), ("XDG_CONFIG_DIRS", configs), ("XDG_DATA_DIRS", datas),
        ];
        (string, string)[] set = [.. environment.Where(v => v.Item2.Length > 0)];
        var (_, theirs, _) = Oracle.Run("systemd-analyze", ["unit-paths", "--user"], set);
        // What the shell that runs the tests has set besides is removed by taking only cases that set all or none.
        Assert.SkipWhen(runtime.Length == 0 && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is not null, "XDG_RUNTIME_DIR is set");
        Assert.Equal(theirs, UnitPaths.User(variable: name => set.FirstOrDefault(v => v.Item1 == name).Item2).Search);
    }

    [Fact]
    public void The_folders_of_an_instance_come_first_and_take_what_is_enabled()
    {
        var paths = UnitPaths.System().WithInstance("/i/units", "/i/run");
        Assert.Equal(["/i/units", "/i/run"], paths.Search[..2]);
        Assert.Equal(("/i/units", "/i/run"), (paths.PersistentConfig, paths.RuntimeConfig));
    }
}
