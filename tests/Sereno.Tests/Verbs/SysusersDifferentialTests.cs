using CsCheck;
using Sereno.Linux;
using Sereno.Tests.Live;
using Sereno.Verbs;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>The same lines for two copies of the account files: ours, and the real systemd-sysusers 252's.</summary>
public class SysusersDifferentialTests
{
    private const string Real = "/usr/bin/systemd-sysusers";
    private static readonly Gen<string> s_name = OneOf("alpha", "beta", "gamma", "delta", "daemon", "old", "_x-1", "1bad", "toolongtoolongtoolongtoolongtoolong", "staff");
    private static readonly Gen<string> s_id = OneOf("-", "-", "300", "301", "999", "1", "50", "998", "65535", "/owned", "/missing", "400:50", "401:staff", "-:daemon", "402:delta", "403:999");
    private static readonly Gen<string> s_line = Gen.OneOf(
        Gen.Select(s_name, s_id, OneOf("", "\"A User\"", "- /var/lib/x", "- - /bin/sh", "\"x:y\"", "- relative", "\"Ümlaut\" /home/u /bin/bash"), (n, i, rest) => $"u {n} {i} {rest}"),
        Gen.Select(s_name, OneOf("-", "300", "999", "50", "/owned", "77", "x"), (n, i) => $"g {n} {i}"),
        Gen.Select(s_name, s_name, (u, g) => $"m {u} {g}"),
        OneOf("r - 500-510", "r - 700", "r - 9-1", "r x 5", "# comment", "", "u", "z a b", "u! alpha -", "m alpha", "u root 0 \"Super\" /root"));

    [Fact]
    public void Generated_lines_make_the_same_accounts()
    {
        Assert.SkipUnless(File.Exists(Real), "systemd-sysusers is not installed");
        Assert.SkipUnless(Self.Uid == 0, "account files are root's");
        s_line.List[1, 8].Sample(Compare, iter: 150, threads: 1);
    }

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static void Compare(List<string> lines)
    {
        string ours = Root(lines), theirs = Root(lines);
        try
        {
            var expected = Command.Run(Real, $"--root={theirs}", $"{theirs}/lines.conf");
            var said = new List<string>();
            int exit = SysusersVerb.Run(ours, [$"{ours}/lines.conf"], dryRun: false, areLines: false, said.Add);
            Assert.True(Accounts(ours) == Accounts(theirs) && exit == expected.Status,
                $"{string.Join('\n', lines)}\n--- ours ({exit})\n{Accounts(ours)}{string.Join('\n', said)}\n--- theirs ({expected.Status})\n{Accounts(theirs)}{expected.Errors}");
        }
        finally
        {
            Directory.Delete(ours, recursive: true);
            Directory.Delete(theirs, recursive: true);
        }
    }

    private static string Root(IEnumerable<string> lines)
    {
        string root = Directory.CreateTempSubdirectory("sereno-sysusers-").FullName;
        Directory.CreateDirectory($"{root}/etc");
        File.WriteAllText($"{root}/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nold:x:998:998::/:/bin/false\n");
        File.WriteAllText($"{root}/etc/group", "root:x:0:\ndaemon:x:1:\nstaff:x:50:daemon\nold:x:998:\nother:x:997:\n");
        File.WriteAllText($"{root}/etc/shadow", "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n");
        File.WriteAllText($"{root}/etc/gshadow", "root:*::\ndaemon:*::\nstaff:*::daemon\n");
        File.WriteAllText($"{root}/owned", "");
        Command.Run("chown", "321:322", $"{root}/owned");
        File.WriteAllLines($"{root}/lines.conf", lines);
        return root;
    }

    private static string Accounts(string root) => string.Join("", ((string[])["passwd", "group", "shadow", "gshadow", "passwd-", "group-"])
        .Select(f => $"[{f}]\n{(File.Exists($"{root}/etc/{f}") ? File.ReadAllText($"{root}/etc/{f}") : "")}"));
}
