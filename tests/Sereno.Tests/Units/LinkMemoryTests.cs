using Sereno.Units.Install;
using Sereno.Units.Load;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>States of unit files, asked for again and again by a manager that remembers the folders' links.</summary>
public sealed class LinkMemoryTests : IDisposable
{
    private readonly UnitFolder _folder = new();
    private readonly LinkMemory _memory = new();

    public void Dispose() => _folder.Dispose();

    private UnitFileState? State =>
        new Installer(UnitPaths.Of(_folder.At("etc"), _folder.At("lib")), new(), memory: _memory).StateOf("a.service");

    /// <summary>So old that what is seen in it may be remembered.</summary>
    private void Age(params ReadOnlySpan<string> folders)
    {
        foreach (string folder in folders)
            Directory.SetLastWriteTimeUtc(_folder.At(folder), DateTime.UtcNow.AddHours(-1));
    }

    [Fact]
    public void A_link_that_comes_or_goes_is_seen_at_once()
    {
        _folder.File("lib/a.service", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=b.target\n").File("etc/b.target.wants/readme", "");
        Age("etc", "etc/b.target.wants", "lib");
        Assert.Equal(UnitFileState.Disabled, State);
        Assert.Equal(UnitFileState.Disabled, State);

        _folder.Link("etc/b.target.wants/a.service", _folder.At("lib/a.service"));
        Assert.Equal(UnitFileState.Enabled, State);
        Age("etc/b.target.wants");
        Assert.Equal(UnitFileState.Enabled, State);

        File.Delete(_folder.At("etc/b.target.wants/a.service"));
        Assert.Equal(UnitFileState.Disabled, State);
    }

    [Fact]
    public void A_folder_that_comes_is_seen_at_once()
    {
        _folder.File("lib/a.service", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=b.target\n");
        Age("lib");
        Assert.Equal(UnitFileState.Disabled, State);
        _folder.Link("etc/b.target.requires/a.service", _folder.At("lib/a.service"));
        Assert.Equal(UnitFileState.Enabled, State);
    }

    [Fact]
    public void What_was_written_a_moment_ago_is_looked_at_again_even_if_its_time_stamp_stays()
    {
        _folder.File("lib/a.service", "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=b.target\n").File("etc/b.target.wants/readme", "");
        var stamp = Directory.GetLastWriteTimeUtc(_folder.At("etc/b.target.wants"));
        Assert.Equal(UnitFileState.Disabled, State);
        _folder.Link("etc/b.target.wants/a.service", _folder.At("lib/a.service"));
        Directory.SetLastWriteTimeUtc(_folder.At("etc/b.target.wants"), stamp);
        Assert.Equal(UnitFileState.Enabled, State);
    }
}
