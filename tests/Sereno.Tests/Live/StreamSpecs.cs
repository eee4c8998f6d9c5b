using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Standard streams, arguments and variables as the service has them (systemd.exec(5), systemd.service(5)).</summary>
[Collection(Live.Name)]
public sealed class StreamSpecs(Probe probe) : IClassFixture<Probe>
{
    [Theory]
    [InlineData("StandardInput=null\nStandardInputText=not read", "input=")]
    [InlineData("StandardInput=data\nStandardInputText=one\\x21 %p\nStandardInputText=two", "input=one! {prefix}|two|")]
    [InlineData("StandardInput=data\nStandardInputData=SGVsbG8=\nStandardInputText=x", "input=Hellox|")]
    [InlineData("StandardInput=data\nStandardInputText=a\nStandardInputText=", "input=")]
    [InlineData("StandardInput=data", "input=")]
    [InlineData("StandardInput=file:{dir}/in", "input=from a file|")]
    public void Standard_input(string settings, string expected)
    {
        File.WriteAllText($"{probe.Sereno.Folder}/in", "from a file\n");
        string? unit = null;
        string said = probe.Run(settings, "input", "", ref unit, out int status);
        Assert.Equal((0, expected.Replace("{prefix}", Path.GetFileNameWithoutExtension(unit))), (status, said.Trim()));
    }

    [Fact]
    public void A_service_without_a_socket_cannot_have_it_as_a_stream()
    {
        string? unit = null;
        probe.Run("StandardInput=socket", "input", "", ref unit, out int status);
        Assert.NotEqual(0, status);
        Assert.Contains("Got no socket.", probe.Sereno.Do("logs", unit!).Output);
    }

    [Theory]
    [InlineData("append:", "beforeinput=")]
    [InlineData("truncate:", "input=\n")]
    [InlineData("file:", "input=\n")]
    public void Standard_output_to_a_file(string kind, string expected)
    {
        string path = $"{probe.Sereno.Folder}/out-{kind.TrimEnd(':')}";
        File.WriteAllText(path, "before");
        probe.Tell($"StandardOutput={kind}{path}", "input");
        Assert.StartsWith(expected, File.ReadAllText(path));
    }

    [Fact]
    public void A_new_file_has_the_mode_that_the_mask_leaves()
    {
        string path = $"{probe.Sereno.Folder}/masked";
        probe.Tell($"StandardOutput=file:{path}\nUMask=0077", "input");
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(path));
    }

    [Fact]
    public void One_file_may_be_all_three()
    {
        string path = $"{probe.Sereno.Folder}/all";
        File.WriteAllText(path, "");
        probe.Tell($"StandardInput=file:{path}\nStandardOutput=file:{path}\nStandardError=file:{path}", "descriptors");
        Assert.Equal("0=1 1=2 access=2\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_terminal_is_the_sessions_own()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var terminal = new PseudoTerminal(probe.Sereno.Folder);
        string said = probe.Tell($"StandardInput=tty\nTTYPath={terminal.Path}\nTTYReset=yes\nTTYVHangup=no\nTTYRows=33\nTTYColumns=77", "terminal ;; environment TERM");
        Assert.Contains("terminal: ok", said);
        Assert.Contains("rows=33 columns=77 session=1 foreground=1", said);
        Assert.Contains("TERM=vt220", said);
    }

    [Fact]
    public void Arguments_are_expanded_from_the_service_s_own_variables()
    {
        File.WriteAllText($"{probe.Sereno.Folder}/variables", "FILE='from file'\nOVER=file\n");
        string said = probe.Tell("Environment=\"ONE=1\" \"LIST=a 'b c'\" OVER=unit\nEnvironmentFile={dir}/variables",
            "arguments ${ONE} $LIST x$ONE $NONE ${NONE} ${FILE} $OVER $$ONE ${ONE:-2}");
        Assert.Equal("[1][a][b c][x$ONE][][from file][file][$ONE][${ONE:-2}]", said.Trim());
    }

    [Fact]
    public void A_command_can_have_another_name_and_its_variables_untouched()
    {
        Assert.Equal("[$ONE][${ONE}]", probe.Tell("Environment=ONE=1", "arguments $ONE ${ONE}", ":").Trim());
    }

    [Theory]
    [InlineData("User=nobody", "USER LOGNAME HOME SHELL", "USER=nobody|LOGNAME=nobody|HOME=/nonexistent|SHELL=(unset)")]
    [InlineData("", "USER HOME SHELL", "USER=(unset)|HOME=(unset)|SHELL=(unset)")]
    [InlineData("ExecSearchPath=/opt/a:/opt/b", "PATH", "PATH=/opt/a:/opt/b")]
    [InlineData("Environment=A=1 B=2\nUnsetEnvironment=A B=3", "A B", "A=(unset)|B=2")]
    [InlineData("StateDirectory=sereno-probe", "STATE_DIRECTORY", "STATE_DIRECTORY={dir}/state/sereno-probe")]
    public void Variables_are_those_of_the_manual(string settings, string names, string expected)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.Equal(expected.Replace("{dir}", probe.Sereno.Folder).Split('|'), probe.Tell(settings, "environment " + names).Trim().Split('\n'));
    }

    [Fact]
    public void Only_the_start_is_restricted_where_that_is_asked_for()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string folder = probe.Sereno.Folder;
        Assert.Contains("uid=65534", probe.Tell($"User=nobody\nPermissionsStartOnly=yes\nExecStartPre=/bin/sh -c 'id -u >{folder}/pre'", "who"));
        Assert.Equal("0", File.ReadAllText($"{folder}/pre").Trim());
    }
}
