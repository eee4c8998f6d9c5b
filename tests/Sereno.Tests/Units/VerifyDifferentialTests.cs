using Sereno.Units.Check;
using Sereno.Units.Load;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>The same files, the same findings, in the same words as systemd-analyze verify.</summary>
public class VerifyDifferentialTests
{
    private static string[] Ours(string folder, string name)
    {
        var unit = new UnitLoader(UnitPaths.Of(folder), HostFacts.Read()).Load(UnitName.Parse(name));
        return [.. UnitCheck.Run(unit, new CheckHost()).Diagnostics.Select(d => d.ToString())];
    }

    private static void Same(string name, string text)
    {
        Assert.SkipUnless(Oracle.HasAnalyze, Oracle.Missing);
        using var folder = new UnitFolder();
        folder.File(name, text);
        var (_, _, theirs) = Oracle.Run("systemd-analyze", ["verify", "--man=no", folder.At(name)], ("SYSTEMD_UNIT_PATH", folder.Root + ":"));
        // The units that a service depends on by default are looked at as well.
        string[] known = [.. theirs.Where(l => l.Contains(name) && !l.Contains("Failed to create"))];
        Assert.Equal(known.Select(WithoutErrno), Ours(folder.Root, name).Select(WithoutErrno));

        // Where systemd has an errno's words, the load error says which line it was.
        static string WithoutErrno(string line) => line.IndexOf("reload service manager: ", StringComparison.Ordinal) is >= 0 and var at ? line[..at] : line;
    }

    internal static void SameService(string service, string unit = "") => Same("a.service", $"[Unit]\n{unit}\n[Service]\n{service}\n");

    private const string Start = "ExecStart=/bin/true\n";

    [Fact]
    public void Mistakes_of_syntax_are_found_as_systemd_finds_them() => Same("a.service", """
        Foo=1
        [Unit]
        Description=x
        Bogus=1
        X-Bogus=1
        noequals
        =empty
        # comment
        ; comment
        [Servicee]
        A=1
        noequals
        [X-Any]
        B=1
        [Service]
        ExecStart=/bin/true \
        # inside
          and \
          more
        """);

    [Theory]
    [InlineData("[Unit\nDescription=a\n[Service]\nExecStart=/bin/true\n")]
    [InlineData("[Un\"it]\nDescription=a\n[Service]\nExecStart=/bin/true\n")]
    [InlineData("[]\nA=a\n[Service]\nExecStart=/bin/true\n")]
    [InlineData("[\nA=a\n[Service]\nExecStart=/bin/true\n")]
    [InlineData("\uFEFF[Unit]\r\nBogus=1\r\n[Service]\r\nExecStart=/bin/true\r\n")]
    [InlineData("[Unit]\nBogus=1\0X=2\n\n[Service]\nExecStart=/bin/true\\\n")]
    [InlineData("[Socket]\nListenStream=1\n[Service]\nExecStart=/bin/true\n[Install]\nBogus=1\nWantedBy=a.target\n")]
    [InlineData("[Service]\nExecStart=/bin/true\nType=one\\\n# c\nshot\n  \\\n\nBogus = 1 = 2\n")]
    public void Odd_files_are_read_alike(string text) => Same("a.service", text);

    [Fact]
    public void Bad_values_are_found_as_systemd_finds_them() => SameService(Start + """
        Type=foo
        Restart=maybe
        NotifyAccess=some
        RestartSec=5 parsecs
        TimeoutStartSec=x
        TimeoutSec=-1
        WatchdogSec=1.2.3
        RemainAfterExit=perhaps
        KillSignal=SIGFOO
        KillSignal=99
        KillMode=some
        KillMode=none
        LimitNOFILE=20:10
        LimitNOFILE=zz
        LimitNPROC=1:2:3
        LimitNICE=-21
        LimitCPU=1x
        LimitAS=1Z
        UMask=9
        UMask=+022
        Nice=100
        Nice=a
        OOMScoreAdjust=a
        OOMScoreAdjust=1001
        StandardInput=nowhere
        StandardInput=file:rel
        StandardOutput=nowhere
        StandardOutput=append:rel
        StandardError=syslog
        Environment=1A=b B
        Environment="A=b
        EnvironmentFile=rel
        PassEnvironment=A=b
        UnsetEnvironment=1
        SuccessExitStatus=FOO 300 SIGTERM
        WorkingDirectory=-rel
        RuntimeDirectory=/abs ../x private
        ConfigurationDirectory=a:b
        RuntimeDirectoryPreserve=some
        PrivateTmp=some
        BusName=x
        """);

    [Fact]
    public void Bad_settings_of_the_unit_section_are_found_as_systemd_finds_them() => SameService(Start, """
        After=bad name.service %Z.service nope foo@.service
        Documentation=foo:bar http://x man:
        ConditionPathExists=relative
        ConditionPathExists=|!/a/../b
        ConditionHost=%Z
        StartLimitBurst=abc
        StartLimitIntervalSec=abc
        StopWhenUnneeded=abc
        Description=%Z
        RequiresOverridable=a.service
        SuccessAction=foo
        FailureAction=foo
        """);

    [Theory]
    [InlineData("ExecStart=/bin/true \"unbalanced")]
    [InlineData("ExecStart=-/bin/true \"unbalanced")]
    [InlineData("ExecStart=/bin/true foo\\qbar")]
    [InlineData("ExecStart=/bin/true ; ; /bin/false a \\; b ; ")]
    [InlineData("ExecStart=-@")]
    [InlineData("ExecStart=@")]
    [InlineData("ExecStart=@/bin/true")]
    [InlineData("ExecStart=-@/bin/true")]
    [InlineData("ExecStart=/bin/")]
    [InlineData("ExecStart=bin/true")]
    [InlineData("ExecStart=true")]
    [InlineData("ExecStart=nonesuch")]
    [InlineData("ExecStart=/bin/tr\\x22ue")]
    [InlineData("ExecStart=/%Z")]
    [InlineData("ExecStart=/bin/echo %Z")]
    [InlineData("ExecStart=-/bin/echo %Z")]
    [InlineData("ExecStart=/nonexistent/x\nExecStop=-/nonexistent/y\nExecReload=/etc/passwd")]
    [InlineData("ExecStart=!!!/bin/true")]
    [InlineData("ExecStart=\"/bin/true\" \"\"")]
    [InlineData("User=ro:ot\nExecStart=/bin/true")]
    [InlineData("User=%Z\nExecStart=/bin/true")]
    [InlineData("SupplementaryGroups=a b:c\nExecStart=/bin/true")]
    [InlineData("WorkingDirectory=rel\nExecStart=/bin/true")]
    [InlineData("WorkingDirectory=/a/../b\nExecStart=/bin/true")]
    [InlineData("WorkingDirectory=%Z\nExecStart=/bin/true")]
    [InlineData("PIDFile=/a/../b\nExecStart=/bin/true")]
    [InlineData("PIDFile=%Z\nPIDFile=/var/run/a.pid\nExecStart=/bin/true")]
    public void Commands_and_accounts_are_judged_alike(string service) => SameService(service);

    [Theory]
    [InlineData("Type=oneshot")]
    [InlineData("Type=oneshot\nRemainAfterExit=yes")]
    [InlineData("ExecStop=/bin/true")]
    [InlineData("Type=simple\nExecStop=/bin/true")]
    [InlineData("ExecStop=/bin/true\nRemainAfterExit=yes")]
    [InlineData("ExecStart=/bin/true\nExecStart=/bin/true")]
    [InlineData("Type=oneshot\nExecStart=/bin/true\nExecStart=/bin/true")]
    [InlineData("Type=oneshot\nExecStart=/bin/true\nRestart=always")]
    [InlineData("Type=oneshot\nExecStart=/bin/true\nRestart=on-success")]
    [InlineData("Type=oneshot\nExecStart=/bin/true\nRestart=on-failure\nRestartForceExitStatus=1")]
    [InlineData("Type=oneshot\nExecStart=/bin/true\nExitType=cgroup")]
    [InlineData("Type=dbus\nExecStart=/bin/true")]
    [InlineData("Type=oneshot\nExecStart=/bin/true\nRuntimeMaxSec=5")]
    [InlineData("ExecStart=/bin/true\nExecStart=")]
    public void Services_that_make_no_sense_are_refused_alike(string service) => SameService(service);
}
