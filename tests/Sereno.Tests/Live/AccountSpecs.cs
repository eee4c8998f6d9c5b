using Sereno.Linux;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Accounts and the folders that services get (systemd.exec(5), "User/Group Identity" and "Paths").</summary>
[Collection(Live.Name)]
public sealed class AccountSpecs(Probe probe) : IClassFixture<Probe>
{
    [Theory]
    [InlineData("User=nobody", "uid=65534,65534,65534 gid=65534,65534,65534")]
    [InlineData("User=nobody\nGroup=adm\nSupplementaryGroups=sys tty", "gid=4,4,4 groups=3,4,5")]
    [InlineData("Group=adm", "uid=0,0,0 gid=4,4,4")]
    [InlineData("User=12345", "uid=12345,12345,12345")]
    public void Who_it_runs_as(string settings, string expected)
    {
        NeedsRoot();
        Assert.Contains(expected, probe.Tell(settings, "who"));
    }

    [Fact]
    public void A_dynamic_user_has_a_number_of_its_name_s_and_what_goes_with_it()
    {
        NeedsRoot();
        string said = probe.Tell("DynamicUser=yes\nUser=sereno-probe-user", "who ;; status NoNewPrivs Seccomp ;; environment USER HOME");
        uint uid = Sereno.Manager.Spawn.DynamicUsers.Hash("sereno-probe-user");
        Assert.Contains($"uid={uid},{uid},{uid} gid={uid},{uid},{uid}", said);
        Assert.Contains("NoNewPrivs=1\nSeccomp=2", said);
        Assert.Contains("USER=sereno-probe-user\nHOME=(unset)", said);
    }

    [Fact]
    public void Folders_belong_to_the_account_with_all_that_is_in_them()
    {
        NeedsRoot();
        string root = $"{probe.Sereno.Folder}/state";
        Directory.CreateDirectory($"{root}/tree/a/b");
        File.WriteAllText($"{root}/tree/a/b/file", "");
        File.CreateSymbolicLink($"{root}/tree/link", "/etc/passwd");
        probe.Tell("User=nobody\nStateDirectory=tree:other/way\nStateDirectoryMode=0750", "who");
        Assert.Equal((65534u, 0x1E8u), (Status(root, "tree").Uid, Status(root, "tree").Mode));
        Assert.Equal(65534u, Status($"{root}/tree/a/b", "file").Uid);
        Assert.Equal(65534u, Status($"{root}/tree", "link").Uid);
        Assert.Equal(0u, Status("/etc", "passwd").Uid);
        Assert.Equal("../tree", File.ResolveLinkTarget($"{root}/other/way", false) is { } link ? Path.GetRelativePath($"{root}/other", link.FullName) : null);
    }

    [Fact]
    public void A_folder_moves_into_privacy_with_a_dynamic_user_and_out_again()
    {
        NeedsRoot();
        string root = $"{probe.Sereno.Folder}/state";
        Directory.CreateDirectory($"{root}/moving");
        File.WriteAllText($"{root}/moving/kept", "");
        probe.Tell("DynamicUser=yes\nStateDirectory=moving", "who", unit: "mover.service");
        Assert.Equal((FileKind.Link, FileKind.Folder), (Status(root, "moving").Kind, Status($"{root}/private", "moving").Kind));
        Assert.Equal(0x1C0u, Status(root, "private").Mode);
        Assert.InRange(Status($"{root}/private/moving", "kept").Uid, Sereno.Manager.Spawn.DynamicUsers.First, Sereno.Manager.Spawn.DynamicUsers.Last);
        probe.Sereno.Do("daemon-reload");
        probe.Tell("User=nobody\nStateDirectory=moving", "who");
        Assert.Equal(FileKind.Folder, Status(root, "moving").Kind);
        Assert.Equal(65534u, Status($"{root}/moving", "kept").Uid);
    }

    [Fact]
    public void What_the_account_shared_goes_with_the_service()
    {
        NeedsRoot();
        string name = $"/dev/shm/sereno-{Guid.NewGuid():N}";
        string keep = name + "-kept";
        File.WriteAllText(keep, "");
        try
        {
            // 29 is shmget: a segment of 4096 bytes that anybody may use.
            string said = probe.Tell($"User=12346\nRemoveIPC=yes\nExecStartPre=/bin/sh -c 'echo >{name}'", "call 29 0x53455245 4096 01666");
            Assert.Contains("call: ok", said);
            Live.Eventually(() => !File.Exists(name), () => $"{name} goes");
            Live.Eventually(() => !File.ReadAllText("/proc/sysvipc/shm").Contains(" 12346 "), () => File.ReadAllText("/proc/sysvipc/shm"));
            Assert.True(File.Exists(keep));
        }
        finally
        {
            File.Delete(name);
            File.Delete(keep);
        }
    }

    private static FileStatus Status(string folder, string name)
    {
        using var fd = Files.TryOpen(folder, libc.O_RDONLY | libc.O_DIRECTORY, out int errno);
        Assert.True(fd is not null, $"{folder}: {Errno.Text(errno)}");
        return FileStatus.Of(fd, name, out errno) ?? throw new Xunit.Sdk.XunitException($"{folder}/{name}: {Errno.Text(errno)}");
    }

    private static void NeedsRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
}
