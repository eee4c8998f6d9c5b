using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>Values of the directives about namespaces and mounts: what is wrong is said as systemd says it, what is right is read.</summary>
public class SandboxVerifyTests
{
    private const string Start = "ExecStart=/bin/true\n";

    [Fact]
    public void Bad_values_are_found_as_systemd_finds_them() => VerifyDifferentialTests.SameService(Start + """
        PrivateTmp=some
        PrivateDevices=2
        PrivateNetwork=-
        PrivateUsers=perhaps
        PrivateMounts=x
        PrivateIPC=x
        ProtectSystem=
        ProtectSystem=some
        ProtectSystem=read-only
        ProtectSystem=on
        ProtectHome=
        ProtectHome=rw
        ProtectHome=0
        ProtectKernelTunables=x
        ProtectKernelModules=x
        ProtectKernelLogs=x
        ProtectControlGroups=x
        ProtectHostname=x
        ProtectProc=
        ProtectProc=yes
        ProcSubset=
        ProcSubset=all pid
        MountFlags=
        MountFlags=shared
        MountFlags=rshared
        MountAPIVFS=
        MountAPIVFS=x
        RootDirectoryStartOnly=x
        NetworkNamespacePath=net
        NetworkNamespacePath=/run/../x
        NetworkNamespacePath=%z
        IPCNamespacePath=
        """);

    [Fact]
    public void Bad_paths_are_found_as_systemd_finds_them() => VerifyDifferentialTests.SameService(Start + """
        ReadWritePaths=relative /good
        ReadWritePaths=-relative +relative -+relative +-/x
        ReadOnlyPaths=/a/../b /a//b/./c/
        ReadOnlyPaths="/with space" '/other'
        ReadOnlyPaths="/open
        ReadOnlyPaths=/a\x20b /tail\
        InaccessiblePaths=/%z /%n/%i
        InaccessiblePaths=
        ExecPaths=- + -+
        NoExecPaths=""
        ReadWriteDirectories=old
        ReadOnlyDirectories=/old older
        InaccessibleDirectories=~
        ExtensionDirectories=rel
        TemporaryFileSystem=rel:ro /a:size=1M /b: :ro
        TemporaryFileSystem=/%z
        TemporaryFileSystem="/x:ro
        TemporaryFileSystem=/../x
        """);

    [Theory]
    [InlineData("rel")]
    [InlineData("/a:rel")]
    [InlineData("/a:/b:bind")]
    [InlineData("/a:/b:rbind /c:/d:norbind /e")]
    [InlineData("/a:")]
    [InlineData("/a:/b:")]
    [InlineData(":/b")]
    [InlineData("/a:/b:norbind:/c")]
    [InlineData("\"/a:/b\":/c")]
    [InlineData("\"/a")]
    [InlineData("/a:\"/b")]
    [InlineData("/a:/b:\"rbind")]
    [InlineData("-/a:/b --/a")]
    [InlineData("/%z")]
    [InlineData("/a:/%z")]
    [InlineData("/a  /b")]
    [InlineData("/a/../b:/c/..")]
    public void Bind_paths_are_read_as_systemd_reads_them(string value)
    {
        VerifyDifferentialTests.SameService($"{Start}BindPaths={value}");
        VerifyDifferentialTests.SameService($"{Start}BindReadOnlyPaths={value}");
    }

    [Theory]
    [InlineData("RootDirectory=rel")]
    [InlineData("RootDirectory=/a/../b")]
    [InlineData("RootDirectory=/%z")]
    [InlineData("RootImage=rel")]
    public void A_root_that_cannot_be_is_no_unit(string line) => VerifyDifferentialTests.SameService(Start + line);

    [Fact]
    public void Values_are_read_and_later_ones_win_or_add_up()
    {
        var unit = UnitFolder.LoadService(Start + """
            PrivateTmp=yes
            PrivateTmp=no
            ProtectSystem=true
            ProtectSystem=strict
            ProtectHome=tmpfs
            ReadWritePaths=/forgotten
            ReadWritePaths=
            ReadWritePaths=-/a//b/ +/c
            ReadWriteDirectories="-+/with space/%n"
            BindPaths=-/src:/dst:norbind /same
            BindReadOnlyPaths=/ro
            TemporaryFileSystem=/tmp:size=1M,mode=0700 /plain
            RootDirectory=/
            MountAPIVFS=no
            """);
        var s = unit.Service!.Exec.Sandbox;
        Assert.Equal((false, ProtectSystem.Strict, ProtectHome.Tmpfs, null, false), (s.PrivateTmp, s.ProtectSystem, s.ProtectHome, s.RootDirectory, s.MountApiVfs));
        Assert.Equal([new("/a/b", true), new("/c", false, true), new("/with space/a.service", true, true)], s.ReadWritePaths);
        Assert.Equal([new("/src", "/dst", false, false, true), new("/same", "/same"), new("/ro", "/ro", true)], s.BindPaths);
        Assert.Equal([new("/tmp", "size=1M,mode=0700"), new("/plain")], s.TemporaryFileSystems);
    }

    [Fact]
    public void Units_without_such_settings_share_one_sandbox() =>
        Assert.Same(Sandbox.None, UnitFolder.LoadService(Start + "User=root").Service!.Exec.Sandbox);
}
