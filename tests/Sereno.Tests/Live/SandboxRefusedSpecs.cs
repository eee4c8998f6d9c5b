using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Where the machine refuses namespaces: what systemd goes on without is said, the rest fails the start.</summary>
[Collection(Live.Name)]
public sealed class SandboxRefusedSpecs
{
    [Fact]
    public void Root_without_CAP_SYS_ADMIN_goes_on_without_what_only_takes_away()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to give up a capability");
        using var box = new SandboxFixture(null, "setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin");
        string host = File.ResolveLinkTarget("/proc/self/ns/mnt", false)!.Name;
        Assert.Equal(host, box.Inside("ProtectSystem=strict\nPrivateTmp=yes\nPrivateNetwork=yes\nProtectHostname=yes", "readlink /proc/self/ns/mnt"));
        string log = box.Instance.Run("logs").Output;
        Assert.Contains("Failed to set up mount namespacing, assuming containerized execution and ignoring", log);
        Assert.Contains("PrivateNetwork=yes is configured, but network namespace setup failed, ignoring", log);
        Assert.Contains("ProtectHostname=yes is configured, but UTS namespace setup is prohibited", log);
        Assert.NotEqual(0, box.Run("TemporaryFileSystem=/mnt", "echo ran").Status);
        Assert.NotEqual(0, box.Run("BindPaths=/usr:/mnt", "echo ran").Status);
        Assert.Contains("status=226/NAMESPACE", box.Instance.Run("logs").Output);
    }

    [Fact]
    public void An_accounts_service_gets_its_namespaces_with_PrivateUsers()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to run as another account");
        Assert.SkipUnless(Command.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user", "true").Status == 0, "accounts can't make user namespaces here");
        Assert.SkipUnless(Command.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", Live.Executable ?? "/").Status == 0,
            "other accounts can't run the executable");
        using var box = new SandboxFixture(65534);
        string host = File.ResolveLinkTarget("/proc/self/ns/mnt", false)!.Name;
        Assert.Equal(host, box.Inside("ProtectSystem=strict", "readlink /proc/self/ns/mnt"));
        Assert.NotEqual(0, box.Run("TemporaryFileSystem=/mnt", "echo ran").Status);

        const string boxed = "PrivateUsers=yes\nProtectSystem=strict\nPrivateTmp=yes\nPrivateNetwork=yes\nTemporaryFileSystem=/mnt";
        string seen = box.Inside(boxed, "id -u; ls -A /tmp | wc -l; if (: >/var/lib/.sereno) 2>/dev/null; then echo yes; else echo no; fi; touch /mnt/a && echo mnt; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; cat /proc/self/uid_map | tr -s ' '");
        Assert.Equal("65534\n0\nno\nmnt\nlo\n 65534 65534 1", seen);
        Assert.Empty(Directory.GetDirectories("/tmp", "systemd-private-*-box*"));
    }
}
