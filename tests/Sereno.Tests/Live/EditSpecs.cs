using System.Text.RegularExpressions;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>edit beside systemctl's own, in one machine: what the editor is given, what is left on the disk, what is said, and what the manager knows then.</summary>
[Collection(Live.Name)]
public sealed class EditSpecs(PrivateRoot root) : PrivateRootSpecs(root)
{
    private const string Reset = """
        cd /; rm -rf /etc/systemd/system/e[a-z]*.service* /run/systemd/system/e[a-z]*.service* /usr/lib/systemd/system/e[a-z]*.service* /tmp/seen
        mkdir -p /usr/lib/systemd/system/ea.service.d
        printf '\n[Service]\nExecStart=/bin/true\n\n# end\n' > /usr/lib/systemd/system/ea.service
        printf '[Unit]\nDescription=more' > /usr/lib/systemd/system/ea.service.d/50-more.conf
        printf '[Service]\nExecStart=/bin/true etc\n' > /etc/systemd/system/eb.service
        printf '[Service]\nExecStart=/bin/true lib\n' > /usr/lib/systemd/system/eb.service
        printf '[Service]\nExecStart=/bin/true t\n' > /usr/lib/systemd/system/et@.service
        ln -s /usr/lib/systemd/system/ea.service /etc/systemd/system/ealias.service
        ln -s /dev/null /etc/systemd/system/emasked.service
        systemctl daemon-reload
        """;

    [Theory]
    [InlineData("add", "ea.service")]
    [InlineData("add", "ea", "eb")]
    [InlineData("add", "ealias.service")]
    [InlineData("add", "et@one.service")]
    [InlineData("add", "et@.service")]
    [InlineData("add", "--full", "et@one.service")]
    [InlineData("add", "--full", "ea.service")]
    [InlineData("add", "--full", "eb.service")]
    [InlineData("add", "--runtime", "ea.service")]
    [InlineData("add", "--runtime", "--full", "eb.service")]
    [InlineData("add", "enonesuch.service")]
    [InlineData("add", "--force", "--full", "enonesuch.service")]
    [InlineData("add", "--force", "enonesuch.service")]
    [InlineData("add", "emasked.service")]
    [InlineData("keep", "ea.service")]
    [InlineData("keep", "--full", "ea.service")]
    [InlineData("keep", "--force", "--full", "enonesuch.service")]
    [InlineData("empty", "--full", "ea.service")]
    [InlineData("replace", "ea.service")]
    // Not "fail" of a drop-in: there systemctl 252 forgets that its editor failed.
    [InlineData("fail", "--full", "eb.service")]
    public void It_does_what_systemctl_does(string editor, params string[] arguments)
    {
        string mine = Edit("/opt/sereno/sereno", editor, arguments), theirs = Edit("systemctl", editor, arguments);
        Assert.Equal(theirs, mine);
    }

    [Fact]
    public void Outside_of_a_terminal_nothing_is_edited() =>
        Assert.Equal(new(1, "", "Cannot edit units if not on a tty.\n"), Root.Sereno("edit", "ea"));

    /// <summary>Twice, so that the second time there is something already.</summary>
    private string Edit(string program, string editor, string[] arguments)
    {
        string change = editor switch
        {
            "add" => "sed -i '3a [Unit]\\nDescription=changed' \"$f\" 2>/dev/null || printf '[Unit]\\nDescription=new\\n' > \"$f\"",
            "empty" => ": > \"$f\"",
            "replace" => "printf '[Service]\\nNice=3\\n\\n\\n' > \"$f\"",
            "fail" => "exit 3",
            _ => ":",
        };
        Root.Do("sh", "-c", $"{Reset}\nprintf '%s\\n' \"$0\" > /tmp/editor; chmod 755 /tmp/editor",
            $"#!/bin/sh\nfor f in \"$@\"; do cat \"$f\" >> /tmp/seen 2>/dev/null; {change}; done");
        string command = $"SYSTEMD_EDITOR=/tmp/editor LC_ALL=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_LOG_COLOR=0 {program} edit {string.Join(' ', arguments)}";
        string said = "";
        for (int i = 0; i < 2; i++)
        {
            var outcome = Root.Enter("script", "-qec", command, "/dev/null");
            said += $"{outcome.Status}\n{outcome.Output}\n";
        }
        string left = Root.Do("sh", "-c", """
            find /etc/systemd/system /run/systemd/system /usr/lib/systemd/system -name 'e[a-z]*.service*' -exec find {} -printf '%p %M %l\n' \; | sort -u
            find /etc/systemd/system /run/systemd/system -path '*/e[a-z]*.service*' -type f | sort | xargs -r tail -vn +1
            cat /tmp/seen 2>/dev/null; echo; systemctl show -p Description -p NeedDaemonReload ea eb
            """);
        return Regex.Replace((said + left).Replace("\r", "").Replace("'sereno edit", "'systemctl edit"), @"(?<=\.\w+)[0-9a-f]{16}(?![0-9a-f])", "RANDOM");
    }
}
