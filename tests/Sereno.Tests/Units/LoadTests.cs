using CsCheck;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

public class LoadTests
{
    private const string Service = "[Service]\nExecStart=/bin/true\n";

    private static UnitName Name(string name) => UnitName.Parse(name);

    [Fact]
    public void A_unit_that_no_folder_has_is_not_found()
    {
        using var folder = new UnitFolder();
        var unit = folder.Load("a.service");
        Assert.Equal(LoadState.NotFound, unit.LoadState);
        Assert.Equal("Unit a.service not found.", unit.LoadError);
    }

    [Fact]
    public void The_first_folder_wins()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", Service + "[Unit]\nDescription=lib\n").File("etc/a.service", Service + "[Unit]\nDescription=etc\n");
        Assert.Equal("etc", folder.Load("a.service").Description);
    }

    [Fact]
    public void An_empty_file_and_a_link_to_null_mask()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", Service).File("etc/a.service", "").File("lib/b.service", Service).Link("etc/b.service", "/dev/null");
        Assert.Equal(LoadState.Masked, folder.Load("a.service").LoadState);
        Assert.Equal(LoadState.Masked, folder.Load("b.service").LoadState);
    }

    [Fact]
    public void An_alias_leads_to_the_unit_and_the_unit_knows_it()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", Service).Link("etc/b.service", "a.service").Link("etc/c.service", folder.At("etc/b.service"));
        var unit = folder.Load("c.service");
        Assert.Equal(Name("a.service"), unit.Name);
        Assert.Equal([Name("b.service"), Name("c.service")], unit.Aliases.Order());
        Assert.Equal(unit.Aliases.Order(), folder.Load("a.service").Aliases.Order());
    }

    [Fact]
    public void A_circle_of_aliases_is_not_found()
    {
        using var folder = new UnitFolder();
        folder.Link("etc/a.service", "b.service").Link("etc/b.service", "a.service");
        Assert.Equal(LoadState.NotFound, folder.Load("a.service").LoadState);
    }

    [Fact]
    public void A_link_out_of_the_search_path_is_read_under_its_own_name()
    {
        using var folder = new UnitFolder();
        folder.File("opt/other.service", Service + "[Unit]\nDescription=%n\n").Link("etc/a.service", folder.At("opt/other.service"));
        var unit = folder.Load("a.service");
        Assert.Equal(("a.service", LoadState.Loaded, folder.At("etc/a.service")), (unit.Description, unit.LoadState, unit.FragmentPath));
    }

    [Fact]
    public void An_instance_is_made_from_its_template_unless_it_has_a_file()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a@.service", Service + "[Unit]\nDescription=%i of %p\nAfter=b@.service\n").File("lib/a@own.service", Service + "[Unit]\nDescription=own\n");
        var unit = folder.Load("a@x.service");
        Assert.Equal("x of a", unit.Description);
        Assert.Equal([Name("b@x.service")], unit.Of(Dependency.After));
        Assert.Equal("own", folder.Load("a@own.service").Description);
    }

    /// <summary>A connection each may come many times a second.</summary>
    [Fact]
    public void What_instances_share_is_read_once_until_the_file_changes_or_one_has_something_of_its_own()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a@.service", Service);
        var loader = folder.Loader();
        Assert.Null(loader.Typical(Name("a@.service")));
        var (x, y) = (loader.Load(Name("a@x.service")), loader.Load(Name("a@y.service")));
        Assert.Same(x.Service, y.Service);
        Assert.Equal(("a@x.service", "a@y.service"), (x.Description, y.Description));
        Assert.Same(x.Service, loader.Typical(Name("a@.service"))!.Service);

        folder.File("lib/a@.service", Service + "[Unit]\nDescription=changed\n");
        File.SetLastWriteTimeUtc(folder.At("lib/a@.service"), DateTime.UtcNow.AddSeconds(-100));
        Assert.Null(loader.Typical(Name("a@.service")));
        Assert.Equal("changed", loader.Load(Name("a@z.service")).Description);

        folder.File("etc/a@x.service.d/own.conf", "[Unit]\nDescription=own\n");
        loader.Rescan();
        Assert.Equal("changed", loader.Load(Name("a@y.service")).Description);
        Assert.Equal("own", loader.Load(Name("a@x.service")).Description);
    }

    [Fact]
    public void A_template_itself_can_not_be_loaded()
    {
        using var folder = new UnitFolder();
        var unit = folder.File("lib/a@.service", Service).Load("a@.service");
        Assert.Equal((LoadState.Error, "Unit name a@.service is missing the instance name."), (unit.LoadState, unit.LoadError));
    }

    [Fact]
    public void An_alias_of_a_template_carries_the_instance_over()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a@.service", Service).Link("etc/b@.service", "a@.service");
        var unit = folder.Load("b@x.service");
        Assert.Equal(Name("a@x.service"), unit.Name);
        Assert.Equal([Name("b@x.service")], unit.Aliases);
    }

    [Fact]
    public void Drop_ins_of_every_level_apply_in_order_of_their_file_names()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a-b@.service", Service);
        string[] places = ["lib/service.d/10-type", "lib/a-@.service.d/20-prefix", "etc/a-b@.service.d/30-template", "etc/a-b@x.service.d/05-instance", "lib/a-@x.service.d/40-prefix"];
        foreach (string place in places)
            folder.File(place + ".conf", $"[Service]\nEnvironment=ORDER_{place[^2..]}=1\n");
        var unit = folder.Load("a-b@x.service");
        Assert.Equal(["05-instance.conf", "10-type.conf", "20-prefix.conf", "30-template.conf", "40-prefix.conf"], unit.DropInPaths.Select(p => Path.GetFileName(p)!));
        Assert.Equal(6, unit.Sources.Length);
    }

    [Fact]
    public void A_drop_in_is_overridden_by_its_name_from_a_more_specific_or_earlier_folder_and_masked_by_null()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", Service).File("lib/a.service.d/x.conf", "[Unit]\nDescription=lib\n").File("etc/a.service.d/x.conf", "[Unit]\nDescription=etc\n")
            .File("lib/service.d/x.conf", "[Unit]\nDescription=type\n").File("lib/a.service.d/y.conf", "[Unit]\nDescription=y\n").Link("etc/a.service.d/y.conf", "/dev/null");
        Assert.Equal("etc", folder.Load("a.service").Description);
    }

    [Fact]
    public void A_drop_in_resets_a_command_and_adds_its_own()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.service", Service).File("etc/a.service.d/x.conf", "[Service]\nExecStart=\nExecStart=/bin/false\n");
        Assert.Equal("/bin/false", Assert.Single(folder.Load("a.service").Service!.ExecStart).Path);
    }

    [Fact]
    public void Wants_and_requires_folders_of_the_unit_its_template_and_all_folders_count()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a@.target", "[Unit]\nWants=w.service\n").Link("etc/a@x.target.wants/b.service", "/lib/b.service").Link("lib/a@.target.wants/c@.service", "../c@.service")
            .Link("lib/a@.target.requires/d.service", "../d.service").Link("etc/a@x.target.wants/m.service", "/dev/null");
        var unit = folder.Load("a@x.target");
        Assert.Equal([Name("w.service"), Name("b.service"), Name("c@x.service")], unit.Of(Dependency.Wants));
        Assert.Equal([Name("d.service")], unit.Of(Dependency.Requires));
    }

    [Fact]
    public void A_file_in_a_wants_folder_that_is_no_link_is_said()
    {
        using var folder = new UnitFolder();
        folder.File("lib/a.target", "[Unit]\n").File("etc/a.target.wants/b.service", "x");
        Assert.EndsWith("is not a symlink, ignoring.", Assert.Single(folder.Load("a.target").Diagnostics).Message);
    }

    [Fact]
    public void A_new_file_and_new_contents_show_at_once()
    {
        using var folder = new UnitFolder();
        var loader = folder.File("etc/a.service", Service).Loader();
        folder.File("etc/b.service", Service).File("etc/a.service", Service + "[Unit]\nDescription=new\n");
        Assert.Equal("new", loader.Load(Name("a.service")).Description);
        Assert.Equal(LoadState.Loaded, loader.Load(Name("b.service")).LoadState);
    }

    [Fact]
    public void A_socket_is_loaded_and_what_is_not_done_with_it_is_ignored_with_the_reason()
    {
        using var folder = new UnitFolder();
        var unit = folder.File("etc/a.socket", "[Unit]\nDescription=x\n[Socket]\nListenStream=80\nSmackLabel=7\nBogus=1\n[Install]\nWantedBy=sockets.target\n").Load("a.socket");
        Assert.Equal(LoadState.Loaded, unit.LoadState);
        Assert.Equal("[::]:80", Assert.Single(unit.Socket!.Listens).Address.ToString());
        Assert.Equal("not supported: security modules", unit.Directives.First(d => d.Key == "SmackLabel").Reason);
        Assert.Equal("Unknown key 'Bogus' in section [Socket], ignoring.", Assert.Single(unit.Diagnostics).Message);
        Assert.Equal(["sockets.target"], unit.Install.WantedBy);
    }

    [Fact]
    public void A_reference_to_a_folder_as_a_unit_is_no_unit()
    {
        using var folder = new UnitFolder();
        Directory.CreateDirectory(folder.At("etc/a.service"));
        Assert.Equal(LoadState.NotFound, folder.Load("a.service").LoadState);
    }

    [Fact]
    public void Every_unit_that_the_system_ships_is_read_without_an_error()
    {
        Assert.SkipUnless(Directory.Exists("/lib/systemd/system"), "no unit files are installed");
        var loader = new UnitLoader(UnitPaths.Of("/lib/systemd/system"), HostFacts.Read());
        foreach (string name in loader.Files.Names)
            if (UnitName.TryParse(name, out var unit))
            {
                var definition = loader.Load(unit.IsTemplate ? unit.WithInstance("x") : unit);
                Assert.True(definition.LoadState is LoadState.Loaded or LoadState.Masked, $"{name}: {definition.LoadError}");
                Assert.DoesNotContain(definition.Diagnostics, d => d.Severity == Severity.Error || d.Message.StartsWith("Unknown", StringComparison.Ordinal));
            }
    }

    [Fact]
    public void Arbitrary_bytes_as_a_unit_are_loaded_without_an_exception()
    {
        using var folder = new UnitFolder();
        var loader = folder.File("etc/a.service", Service).Loader();
        string[] keys = ["ExecStart", "Environment", "LimitNOFILE", "TimeoutSec", "RuntimeDirectory", "User", "Documentation", "After", "PIDFile", "ConditionHost", "SuccessExitStatus", "OOMScoreAdjust", "WorkingDirectory"];
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, keys.Length - 1], Gen.String).Array[1, 8].Sample(lines =>
        {
            var bytes = new List<byte>("[Unit]\n[Service]\n"u8.ToArray());
            foreach (var (noise, key, value) in lines)
            {
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes($"{keys[key]}={value}\n"));
                bytes.AddRange(noise);
                bytes.Add((byte)'\n');
            }
            File.WriteAllBytes(folder.At("etc/a.service"), [.. bytes]);
            loader.Load(Name("a.service"));
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void A_mebibyte_of_dependencies_is_read_in_a_moment()
    {
        using var folder = new UnitFolder();
        folder.File("etc/a.service", Service + "[Unit]\n" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"After=u{i}.service\n")));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(60_000, folder.Load("a.service").Of(Dependency.After).Length);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }
}
