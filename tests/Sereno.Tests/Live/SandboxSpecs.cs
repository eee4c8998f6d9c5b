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
    public void A_path_below_proc_self_is_the_services_own() =>
        Assert.Equal(Lines("1"), box.Inside("ProtectSystem=strict\nProtectKernelTunables=yes\nReadWritePaths=-/proc/self/oom_score_adj -/proc/thread-self/no/such",
            "grep -c ' /proc/[0-9]*/oom_score_adj ' /proc/self/mountinfo"));

    [Fact]
    public void A_listed_path_that_is_missing_fails_the_start_with_its_name()
    {
        Assert.NotEqual(0, box.Run("ReadOnlyPaths=/no/such/path", "echo ran").Status);
        string log = box.Instance.Run("logs").Output;
        Assert.Contains("Failed to set up mount namespacing: /no/such/path: No such file or directory", log);
        Assert.Contains("status=226/NAMESPACE", log);
    }

    [Fact]
    public void ProtectKernelTunables_makes_sys_and_proc_sys_read_only()
    {
        string seen = box.Inside("ProtectKernelTunables=yes", "for f in /proc/sys/kernel/hostname /proc/sys/vm/swappiness /proc/irq/default_smp_affinity; do test -e $f || continue; if (: >>$f) 2>/dev/null; then echo $f; fi; done; head -c 1 /proc/kcore 2>/dev/null | wc -c\n" + Writes("/sys", "/tmp"));
        Assert.Equal(Lines("0", "no", "yes"), seen);
    }

    [Fact]
    public void ProtectKernelModules_hides_the_modules() =>
        Assert.Equal("0 0", box.Inside("ProtectKernelModules=yes", "echo $(ls -A /usr/lib/modules 2>/dev/null | wc -l) $(ls -A /lib/modules 2>/dev/null | wc -l)"));

    [Fact]
    public void ProtectKernelLogs_hides_the_kernels_messages() =>
        Assert.Equal("0", box.Inside("ProtectKernelLogs=yes", "stat -c %a /proc/kmsg; ! test -e /dev/kmsg || stat -c %a /dev/kmsg").Split('\n').Distinct().Single());

    [Fact]
    public void ProtectControlGroups_makes_the_tree_read_only()
    {
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup"), "there are no control groups");
        string tree = File.Exists("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
        Assert.Equal("no", box.Inside("ProtectControlGroups=yes", $"mkdir {tree}/sereno-probe 2>/dev/null && {{ echo yes; rmdir {tree}/sereno-probe; }} || echo no"));
    }

    [Fact]
    public void ProtectHostname_keeps_a_change_to_the_service_and_the_files_read_only()
    {
        Assert.NotEqual(File.ResolveLinkTarget("/proc/self/ns/uts", false)!.Name, box.Inside("ProtectHostname=yes", "readlink /proc/self/ns/uts"));
        Assert.Equal("no", box.Inside("ProtectHostname=yes\nProtectSystem=yes", "if (: >>/proc/sys/kernel/hostname) 2>/dev/null; then echo yes; else echo no; fi"));
    }

    [Fact]
    public void ProtectProc_and_ProcSubset_leave_only_ones_own_processes()
    {
        string seen = box.Inside("User=nobody\nProtectProc=invisible\nProcSubset=pid", "test -d /proc/1 && echo one; test -e /proc/sys && echo sys; test -e /proc/meminfo && echo meminfo; test -d /proc/$$ && echo self");
        Assert.Equal("self", seen);
        Assert.Equal(Lines("one", "sys", "self"), box.Inside("User=nobody", "test -d /proc/1 && echo one; test -e /proc/sys && echo sys; test -d /proc/$$ && echo self"));
    }

    [Fact]
    public void PrivateNetwork_has_only_a_loopback_that_is_up_and_shares_it_among_the_units_processes()
    {
        string seen = box.Inside("PrivateNetwork=yes\nExecStartPre=/bin/sh -c 'readlink /proc/self/ns/net >/tmp/.sereno-net'",
            "ls /sys/class/net; cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '; cat /sys/class/net/lo/operstate >/dev/null; test $(readlink /proc/self/ns/net) = $(cat /tmp/.sereno-net) && echo same; rm /tmp/.sereno-net; grep -c 0100007F /proc/net/fib_trie >/dev/null; readlink /proc/self/ns/net");
        string[] lines = seen.Split('\n');
        Assert.Equal(["lo", "same"], lines[^3..^1]);
        Assert.NotEqual(File.ResolveLinkTarget("/proc/self/ns/net", false)!.Name, lines[^1]);
    }

    [Fact]
    public void JoinsNamespaceOf_shares_tmp_network_and_IPC()
    {
        const string boxed = "PrivateTmp=yes\nPrivateNetwork=yes\nPrivateIPC=yes";
        string first = box.Write("holder.service", boxed, "readlink /proc/self/ns/net /proc/self/ns/ipc; echo shared >/tmp/word; exec sleep infinity", "exec");
        box.Instance.Do("daemon-reload");
        box.Instance.Do("start", "holder.service");
        Live.Eventually(() => File.Exists(first) && File.ReadAllText(first).Split('\n').Length == 3, () => "the holder's namespaces");
        try
        {
            string own = box.Inside(boxed, "readlink /proc/self/ns/net /proc/self/ns/ipc; cat /tmp/word 2>/dev/null || echo nothing");
            Assert.Empty(own.Split('\n').Intersect(File.ReadAllText(first).Trim().Split('\n')));
            Assert.EndsWith("nothing", own);
            Assert.Equal(File.ReadAllText(first) + "shared", box.Inside(boxed + "\n[Unit]\nJoinsNamespaceOf=holder.service", "readlink /proc/self/ns/net /proc/self/ns/ipc; cat /tmp/word"));
            Assert.NotEmpty(Directory.GetDirectories("/tmp", "systemd-private-*-holder.service-*"));

            // A new manager knows the namespaces and the folder, too.
            int manager = box.Instance.ManagerPid;
            Command.Run("kill", "-9", manager.ToString());
            Live.Eventually(() => box.Instance.ManagerPid is not 0 and var now && now != manager, () => "a new manager");
            box.Instance.Disconnect();
            box.Instance.Expect("holder.service", "active", "running");
            Assert.Equal(File.ReadAllText(first) + "shared", box.Inside(boxed + "\n[Unit]\nJoinsNamespaceOf=holder.service", "readlink /proc/self/ns/net /proc/self/ns/ipc; cat /tmp/word"));
        }
        finally
        {
            box.Instance.Do("stop", "holder.service");
        }
        Assert.Empty(Directory.GetDirectories("/tmp", "systemd-private-*-holder.service-*"));
    }

    [Fact]
    public void NetworkNamespacePath_and_IPCNamespacePath_enter_what_is_there()
    {
        string output = box.Write("other.service", "PrivateNetwork=yes\nPrivateIPC=yes", "readlink /proc/self/ns/net /proc/self/ns/ipc; exec sleep infinity", "exec");
        box.Instance.Do("daemon-reload");
        box.Instance.Do("start", "other.service");
        Live.Eventually(() => File.Exists(output) && File.ReadAllText(output).Split('\n').Length == 3, () => "the other's namespaces");
        string other = $"/proc/{box.Instance.State("other.service").Main}/ns";
        Assert.Equal(File.ReadAllText(output).Trim(), box.Inside($"NetworkNamespacePath={other}/net\nIPCNamespacePath={other}/ipc", "readlink /proc/self/ns/net /proc/self/ns/ipc"));
        box.Instance.Do("stop", "other.service");
        Assert.NotEqual(0, box.Run("NetworkNamespacePath=/etc/passwd", "echo ran").Status);
        Assert.NotEqual(0, box.Run("NetworkNamespacePath=/no/such", "echo ran").Status);
        Assert.Contains("NETWORK", box.Instance.Run("logs").Output);
    }

    [Fact]
    public void PrivateIPC_has_queues_of_its_own() =>
        Assert.NotEqual(File.ResolveLinkTarget("/proc/self/ns/ipc", false)!.Name, box.Inside("PrivateIPC=yes", "test -z \"$(ls -A /dev/mqueue)\" && readlink /proc/self/ns/ipc"));

    [Fact]
    public void PrivateUsers_knows_root_and_the_services_account_and_nobody_else()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-users-").FullName;
        try
        {
            Assert.Equal(0, Command.Run("chown", "12345", folder).Status);
            Assert.Equal("0 0 1|65534 65534 1|65534 65534 0", box.Inside("User=nobody\nPrivateUsers=yes",
                $"awk '{{printf \"%s %s %s|\", $1, $2, $3}}' /proc/self/uid_map; echo $(id -u) $(stat -c %u {folder} /usr)"));
        }
        finally
        {
            Directory.Delete(folder);
        }
        Assert.Equal("0 0 1|", box.Inside("PrivateUsers=yes", "awk '{printf \"%s %s %s|\", $1, $2, $3}' /proc/self/uid_map"));
    }

    [Fact]
    public void PrivateMounts_keeps_mounts_to_the_service()
    {
        Assert.Equal("tmpfs", box.Inside("PrivateMounts=yes", "mount -t tmpfs none /mnt && stat -f -c %T /mnt"));
        Assert.DoesNotContain(" /mnt ", File.ReadAllText("/proc/self/mountinfo"));
    }

    [Theory]
    [InlineData("MountFlags=private", "")]
    [InlineData("MountFlags=slave", "")]
    [InlineData("PrivateMounts=yes", "shared")]
    public void MountFlags_says_how_mounts_spread(string setting, string expected) =>
        Assert.Equal(expected, box.Inside(setting, "awk '$5 == \"/\" { print $7 }' /proc/self/mountinfo | cut -d: -f1 | grep -x shared; true"));

    [Fact]
    public void NoExecPaths_and_ExecPaths_say_what_may_be_executed()
    {
        string seen = box.Inside("NoExecPaths=/\nExecPaths=/usr/bin /usr/lib /bin /lib /lib64", "cp /usr/bin/true /tmp/.sereno-true; if /tmp/.sereno-true 2>/dev/null; then echo yes; else echo no; fi; rm /tmp/.sereno-true; /usr/bin/true && echo yes");
        Assert.Equal(Lines("no", "yes"), seen);

        // Also where the service may write, and what may be executed can't be changed.
        string copy = "cp /usr/bin/true $d/.sereno-true; if $d/.sereno-true 2>/dev/null; then echo yes; else echo no; fi; rm $d/.sereno-true";
        Assert.Equal(Lines("no", "no", "no"), box.Inside("ProtectSystem=strict\nPrivateTmp=yes\nStateDirectory=noexec\nNoExecPaths=/\nExecPaths=/usr/bin /usr/lib /bin /lib /lib64",
            $"for d in /tmp $STATE_DIRECTORY; do {copy}; done\n{Writes("/usr/bin")}"));
    }

    [Fact]
    public void Bind_mounts_appear_where_they_are_asked_for_with_their_rights()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-bind-").FullName;
        try
        {
            foreach (string name in (string[])["a", "b", "with space"])
                Directory.CreateDirectory($"{folder}/{name}");
            File.WriteAllText($"{folder}/file", "content");
            Assert.Equal(Lines("yes", "no", "yes", "content", "no"), box.Inside(
                $"BindPaths={folder}/a:/mnt/new/a \"{folder}/with space\":/mnt/sp -/no/such:/mnt/none {folder}/file:/mnt/new/file {folder}/a:{folder}/a\nBindReadOnlyPaths={folder}/b:/mnt/b:norbind\nTemporaryFileSystem=/mnt:ro",
                Writes("/mnt/new/a", "/mnt/b", "/mnt/sp") + "\ncat /mnt/new/file; echo\n" + Writes("/mnt")));
            Assert.NotEqual(0, box.Run("BindPaths=/no/such:/mnt/x", "echo ran").Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TemporaryFileSystem_is_empty_and_has_its_options() =>
        Assert.Equal(Lines("0 tmpfs 1777", "no", "rw,nosuid,nodev,noexec"), box.Inside("TemporaryFileSystem=/var:mode=1777,noexec,nosuid /opt:ro",
            "echo $(ls -A /var | wc -l) $(stat -f -c %T /var) $(stat -c %a /var)\n" + Writes("/opt") + "\nawk '$5 == \"/var\" { print $6 }' /proc/self/mountinfo | cut -d, -f1-4"));

    [Fact]
    public void RootDirectory_is_the_root_with_the_kernels_file_systems_and_the_units_folders()
    {
        string root = Directory.CreateTempSubdirectory("sereno-root-").FullName;
        try
        {
            foreach (string name in (string[])["usr", "bin", "lib", "lib64", "etc"])
                Directory.CreateDirectory($"{root}/{name}");
            string binds = "BindReadOnlyPaths=/usr /lib /lib64 /bin";
            string seen = box.Inside($"RootDirectory={root}\n{binds}\nStateDirectory=rooted\nReadOnlyPaths=+/etc",
                "ls / | tr '\\n' ' '; echo; test -c /dev/null && test -d /proc/self && echo api; pwd; test -w $STATE_DIRECTORY && echo state\n" + Writes("/etc", "/"));
            string[] lines = seen.Split('\n');
            Assert.Equal(["api", "/", "state", "no", "yes"], lines[1..]);
            Assert.DoesNotContain("home ", lines[0] + " ");
            Assert.Contains("usr", lines[0]);

            Assert.Equal("none", box.Inside($"RootDirectory={root}\n{binds}\nMountAPIVFS=no", "test -e /proc/self || echo none"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void A_command_with_a_plus_is_outside_of_the_sandbox_that_only_takes_away() =>
        Assert.Equal("yes", box.Inside($"ProtectSystem=strict\nPrivateTmp=yes\nInaccessiblePaths=/etc\nExecStartPre=+/bin/sh -c 'if : >/tmp/.sereno-plus && test -e /etc/passwd; then rm /tmp/.sereno-plus; echo yes; fi >{box.Instance.Folder}/plus'\nBindPaths={box.Instance.Folder}", $"cat {box.Instance.Folder}/plus"));

    [Fact]
    public void A_dynamic_users_folders_are_its_own_and_stay_writable()
    {
        string seen = box.Inside("DynamicUser=yes\nStateDirectory=dyn dyn:dynlink", $"test $(id -u) -ge 61184 && echo dynamic; echo x >$STATE_DIRECTORY/file && cat {box.Instance.Folder}/state/dynlink/file\n"
            + Writes("/usr", "/var/lib", "$STATE_DIRECTORY", "/tmp"));
        Assert.Equal(Lines("dynamic", "x", "no", "no", "yes", "yes"), seen);
    }

    // Hostile paths.

    [Fact]
    public void Links_in_listed_paths_lead_where_they_lead_in_the_service_and_not_out_of_its_root()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-links-").FullName;
        try
        {
            Directory.CreateDirectory($"{folder}/real/inner");
            File.CreateSymbolicLink($"{folder}/link", "real");
            File.CreateSymbolicLink($"{folder}/chain", $"{folder}/link/inner");
            File.CreateSymbolicLink($"{folder}/up", "../../../../../../../usr");
            Assert.Equal(Lines("no", "yes", "no"), box.Inside($"ReadOnlyPaths={folder}/link {folder}/up\nReadWritePaths={folder}/chain", Writes($"{folder}/real", $"{folder}/real/inner", "/usr")));

            File.CreateSymbolicLink($"{folder}/circle", $"{folder}/circle2");
            File.CreateSymbolicLink($"{folder}/circle2", $"{folder}/circle");
            Assert.NotEqual(0, box.Run($"ReadOnlyPaths={folder}/circle", "echo ran").Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_thousand_paths_are_as_good_as_one()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-many-").FullName;
        try
        {
            for (int i = 0; i < 1000; i++)
                Directory.CreateDirectory($"{folder}/{i}");
            string lines = string.Concat(Enumerable.Range(0, 1000).Select(i => $"{(i % 2 == 0 ? "ReadOnlyPaths" : "InaccessiblePaths")}={folder}/{i}\n"));
            Assert.Equal(Lines("no", "0", "500"), box.Inside(lines + $"ReadWritePaths={folder}", Writes($"{folder}/998") + $"\nstat -c %a {folder}/999\ngrep -c ' {folder}/[0-9]*[02468] ' /proc/self/mountinfo"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Contradictory_settings_end_as_the_stricter_ones() =>
        Assert.Equal(Lines("0", "no"), box.Inside("InaccessiblePaths=/var/lib\nReadWritePaths=/var/lib /var/lib/dpkg\nReadOnlyPaths=/opt\nReadWritePaths=/opt", "stat -c %a /var/lib\n" + Writes("/opt")));

    [Fact]
    public void Proc_itself_may_be_hidden() =>
        Assert.Equal(Lines("0", "no"), box.Inside("InaccessiblePaths=/proc /sys\nProtectSystem=strict", "ls -A /proc | wc -l\n" + Writes("/usr")));

    [Fact]
    public void The_hosts_mounts_are_as_before()
    {
        string before = File.ReadAllText("/proc/self/mountinfo");
        box.Inside("PrivateTmp=yes\nPrivateDevices=yes\nProtectSystem=strict\nProtectHome=tmpfs\nProtectKernelTunables=yes\nProtectControlGroups=yes\nTemporaryFileSystem=/mnt\nBindPaths=/usr:/mnt/usr", "true");
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }
}
