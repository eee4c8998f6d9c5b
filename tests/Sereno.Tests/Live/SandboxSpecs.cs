using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Each sandbox directive from inside of the service: what it may still see, write, call and open (systemd.exec(5)).</summary>
[Collection(Live.Name)]
public sealed class SandboxSpecs(SandboxFixture box) : IClassFixture<SandboxFixture>
{
    /// <summary>"yes" or "no" per path: whether a file can be made there.</summary>
    private static string Writes(params string[] folders) =>
        string.Join('\n', folders.Select(f => $"if (: >\"{f}/.sereno-probe\") 2>/dev/null; then echo yes; rm \"{f}/.sereno-probe\"; else echo no; fi"));

    private static string Lines(params string[] lines) => string.Join('\n', lines);

    [Fact]
    public void Without_settings_the_service_is_in_the_hosts_namespaces() =>
        Assert.Equal(File.ResolveLinkTarget("/proc/self/ns/mnt", false)!.Name, box.Inside("", "readlink /proc/self/ns/mnt"));

    [Fact]
    public void ProtectSystem_yes_makes_usr_read_only_and_leaves_etc() =>
        Assert.Equal(Lines("no", "yes", "yes"), box.Inside("ProtectSystem=yes", Writes("/usr", "/etc", "/var/lib")));

    [Fact]
    public void ProtectSystem_full_makes_etc_read_only_too() =>
        Assert.Equal(Lines("no", "no", "yes"), box.Inside("ProtectSystem=full", Writes("/usr", "/etc", "/var/lib")));

    [Fact]
    public void ProtectSystem_strict_leaves_only_the_kernels_file_systems_and_the_units_own_folders() =>
        Assert.Equal(Lines("no", "no", "no", "no", "yes", "yes", "yes"),
            box.Inside("ProtectSystem=strict\nStateDirectory=strict\nReadWritePaths=/var/tmp", Writes("/usr", "/etc", "/var/lib", "/tmp", "/dev/shm", "$STATE_DIRECTORY", "/var/tmp")));

    [Fact]
    public void ProtectHome_yes_hides_what_is_at_home() =>
        Assert.Equal(Lines("0", "no"), box.Inside("ProtectHome=yes", "ls -A /root 2>/dev/null | wc -l\n" + Writes("/root")));

    [Fact]
    public void ProtectHome_read_only_shows_it_and_writes_nothing() =>
        Assert.Equal(Lines(Directory.EnumerateFileSystemEntries("/root").Count().ToString(), "no"), box.Inside("ProtectHome=read-only", "ls -A /root | wc -l\n" + Writes("/root")));

    [Fact]
    public void ProtectHome_tmpfs_is_empty_read_only_and_may_be_filled_by_bind_mounts() =>
        Assert.Equal(Lines("tmpfs", "etc", "no", "root"), box.Inside("ProtectHome=tmpfs\nBindReadOnlyPaths=/etc:/root/etc", "stat -f -c %T /root\nls -A /root\n" + Writes("/root") + "\nhead -1 /root/etc/passwd | cut -d: -f1"));

    [Fact]
    public void PrivateTmp_has_tmp_and_var_tmp_of_its_own_that_go_when_the_service_stops()
    {
        File.WriteAllText("/tmp/.sereno-seen", "");
        try
        {
            Assert.Equal(Lines("1777 0", "1777 0", "none"), box.Inside("PrivateTmp=yes",
                "for d in /tmp /var/tmp; do echo $(stat -c %a $d) $(ls -A $d | wc -l); echo x >$d/file; done; test -e /tmp/.sereno-seen || echo none"));
        }
        finally
        {
            File.Delete("/tmp/.sereno-seen");
        }
        Assert.Empty(Directory.GetDirectories("/tmp", "systemd-private-*-box*.service-*"));
        Assert.Empty(Directory.GetDirectories("/var/tmp", "systemd-private-*-box*.service-*"));
        Assert.False(File.Exists("/tmp/file"));
    }

    [Fact]
    public void PrivateDevices_has_only_the_harmless_nodes()
    {
        string seen = box.Inside("PrivateDevices=yes", "cd /dev; for d in null zero full random urandom tty; do test -c $d && echo $d; done; echo data >null; head -c 2 zero | wc -c; ls -d mem kmsg sd* loop* 2>/dev/null; readlink fd char/1:3; " + Writes("/dev", "/dev/shm"));
        Assert.Equal(Lines("null", "zero", "full", "random", "urandom", "tty", "2", "/proc/self/fd", "../null", "no", "yes"), seen);
    }

    [Fact]
    public void Listed_paths_are_read_only_writable_and_inaccessible()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-paths-").FullName;
        try
        {
            foreach (string name in (string[])["ro", "ro/rw", "hidden", "with space"])
                File.WriteAllText($"{Directory.CreateDirectory($"{folder}/{name}").FullName}/file", name);
            Assert.Equal(Lines("no", "yes", "no", "0", "denied", "denied", "missing"), box.Inside(
                $"ReadOnlyPaths={folder}/ro \"{folder}/with space\"\nReadWritePaths={folder}/ro/rw -/no/such\nInaccessiblePaths={folder}/hidden {folder}/ro/file -/no/such",
                Writes($"{folder}/ro", $"{folder}/ro/rw", $"{folder}/with space") +
                $"\nls -A {folder}/hidden | wc -l\nsetpriv --reuid=65534 --clear-groups sh -c 'cat {folder}/hidden/file 2>/dev/null || echo denied; cat {folder}/ro/file 2>/dev/null || echo denied'\ntest -e /no/such || echo missing"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_listed_path_that_is_missing_fails_the_start_with_its_name()
    {
        Assert.NotEqual(0, box.Run("ReadOnlyPaths=/no/such/path", "echo ran").Status);
        Assert.Contains("NAMESPACE", box.Instance.Run("logs").Output);
    }

    [Fact]
    public void The_hosts_mounts_are_as_before()
    {
        string before = File.ReadAllText("/proc/self/mountinfo");
        box.Inside("PrivateTmp=yes\nPrivateDevices=yes\nProtectSystem=strict\nProtectHome=tmpfs\nProtectKernelTunables=yes\nProtectControlGroups=yes\nTemporaryFileSystem=/mnt\nBindPaths=/usr:/mnt/usr", "true");
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }
}
