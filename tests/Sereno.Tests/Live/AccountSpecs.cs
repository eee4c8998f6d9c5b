using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager.Spawn;
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
        uint uid = DynamicUsers.Hash("sereno-probe-user");
        string said = Forgetting(uid, () => probe.Tell("DynamicUser=yes\nUser=sereno-probe-user", "who ;; status NoNewPrivs Seccomp ;; environment USER HOME"));
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
        File.WriteAllText($"{root}/moving/kept", "kept\n");
        string said = Forgetting(DynamicUsers.Hash("mover"), () =>
            probe.Tell("DynamicUser=yes\nStateDirectory=moving", $"file {root}/moving/kept ;; touch {root}/moving/new {root}/elsewhere /etc/sereno-probe", unit: "mover.service"));
        // Only its own folder can be reached and written.
        Assert.Equal([$"{root}/moving/kept: kept", "touch: ok", "touch: EROFS", "touch: EROFS"], said.Trim().Split('\n'));
        Assert.True(File.Exists($"{root}/private/moving/new"));
        Assert.Equal((FileKind.Link, FileKind.Folder), (Status(root, "moving").Kind, Status($"{root}/private", "moving").Kind));
        Assert.Equal(0x1C0u, Status(root, "private").Mode);
        Assert.InRange(Status($"{root}/private/moving", "kept").Uid, DynamicUsers.First, DynamicUsers.Last);
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

    [Theory]
    [InlineData("SetCredential=token:secret\\x21", "token", "secret!")]
    [InlineData("LoadCredential=token:{dir}/source", "token", "from a file")]
    [InlineData("LoadCredential=token:{dir}/source\nSetCredential=token:other", "token", "from a file")]
    [InlineData("LoadCredential=token:{dir}/missing\nSetCredential=token:other", "token", "other")]
    [InlineData("LoadCredential=all:{dir}/sources", "all_one", "1")]
    public void Credentials_are_files_for_the_service_alone(string settings, string name, string expected)
    {
        NeedsRoot();
        string folder = probe.Sereno.Folder;
        Directory.CreateDirectory($"{folder}/sources");
        File.WriteAllText($"{folder}/sources/one", "1\n");
        File.WriteAllText($"{folder}/source", "from a file\n");
        File.SetUnixFileMode($"{folder}/source", UnixFileMode.UserRead);
        string unit = $"credentials{settings.GetHashCode():x}.service", path = $"{folder}/run/credentials/{unit}";
        string said = probe.Tell($"User=nobody\n{settings}", $"environment CREDENTIALS_DIRECTORY ;; file {path}/{name} ;; touch {path}/new", unit: unit);
        Assert.StartsWith("CREDENTIALS_DIRECTORY=", said);
        Assert.Contains($"/{name}: {expected}\n", said);
        Assert.Matches("touch: E(ACCES|ROFS)", said);
        Live.Eventually(() => !Directory.Exists(path), () => $"{path} goes");
    }

    [Fact]
    public void A_credential_that_is_not_there_fails_the_service()
    {
        NeedsRoot();
        string? unit = null;
        probe.Run("LoadCredential=token:{dir}/missing", "who", "", ref unit, out int status);
        Assert.Equal(1, status);
        probe.Sereno.Expect(unit!, "failed", result: "exit-code");
    }

    /// <summary>The number isn't kept for a name that nobody has.</summary>
    private static string Forgetting(uint uid, Func<string> test)
    {
        try
        {
            return test();
        }
        finally
        {
            File.Delete($"/run/systemd/dynamic-uid/{uid}");
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
