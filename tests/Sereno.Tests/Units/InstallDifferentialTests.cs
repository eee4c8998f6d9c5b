using CsCheck;
using Sereno.Units.Install;
using Sereno.Units.Load;
using Xunit;

namespace Sereno.Tests.Units;

/// <summary>The same commands on two copies of a root, one by systemctl and one by us, must leave the same links.</summary>
public class InstallDifferentialTests
{
    private static readonly string[] s_names = ["a.service", "b.service", "c@.service", "d.socket", "e.target", "c@one.service", "f-g.service"];

    private static Gen<T> Pick<T>(params T[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static readonly Gen<string> s_line = Pick(
        "WantedBy=multi-user.target", "WantedBy=e.target graphical.target", "RequiredBy=e.target", "Alias=z.service", "Alias=y.socket y.service",
        "Also=b.service", "Also=d.socket nonesuch.service", "DefaultInstance=two", "Alias=z@.service", "WantedBy=w@%i.target", "WantedBy=", "Alias=%p-alias.service",
        "WantedBy=bad name", "Alias=e.target.wants/a.service", "WantedBy=w@.target", "WantedBy=%Z.target", "Bogus=1", "Alias=a.service");

    private sealed record Case(List<(string Path, string? Text, string? Target)> Files, List<(string Verb, string Name, string Option)> Commands)
    {
        public override string ToString() => string.Join("\n", Files.Select(f => f.Target is null ? $"{f.Path}: {f.Text!.Replace("\n", "|")}" : $"{f.Path} -> {f.Target}")
            .Concat(Commands.Select(c => $"{c.Verb} {c.Option} {c.Name}")));
    }

    private static readonly Gen<Case> s_case = Gen.Select(
        Gen.Select(Gen.Int[0, 6], s_line.Array[0, 3], Pick("usr/lib/systemd/system", "etc/systemd/system", "opt"),
            (i, lines, folder) => (Path: $"{folder}/{s_names[i]}", Text: (string?)("[Unit]\n[Service]\nExecStart=/x\n[Install]\n" + string.Join("\n", lines) + "\n"), Target: (string?)null)).Array[1, 6],
        Gen.Select(Gen.Int[0, 6], Pick("/dev/null", "/usr/lib/systemd/system/b.service", "a.service", "/opt/a.service", "/usr/lib/systemd/system/c@.service", "/nonesuch"),
            Pick("etc/systemd/system", "run/systemd/system", "etc/systemd/system/e.target.wants", "usr/lib/systemd/system"),
            (i, target, folder) => (Path: $"{folder}/{s_names[i]}", Text: (string?)null, Target: (string?)target)).Array[0, 3],
        Gen.Select(Gen.Int[0, 6], s_line, (i, line) => (Path: $"etc/systemd/system/{s_names[i]}.d/10.conf", Text: (string?)$"[Install]\n{line}\n", Target: (string?)null)).Array[0, 1],
        Gen.Select(Pick("enable", "enable", "disable", "is-enabled", "mask", "unmask"), Gen.Int[0, 6], Pick("", "", "--runtime", "--force"), (verb, i, option) => (verb, s_names[i], option)).Array[1, 4],
        (files, links, dropIns, commands) => new Case([.. files.Concat(links).Concat(dropIns).DistinctBy(f => f.Path)], [.. commands]));

    [Fact]
    public void Enable_disable_and_mask_leave_the_links_that_systemctl_leaves()
    {
        Assert.SkipUnless(Oracle.HasSystemctl, Oracle.Missing);
        s_case.Sample(Same, iter: 120, threads: 1);
    }

    private static void Same(Case c)
    {
        using UnitFolder theirs = new(), ours = new();
        foreach (var root in (UnitFolder[])[theirs, ours])
            foreach (var (path, text, target) in c.Files.Append(("usr/lib/systemd/system/multi-user.target", "[Unit]\n", null)))
                if (text is not null)
                    root.File(path, text);
                else
                    root.Link(path, target!);
        foreach (var (verb, name, option) in c.Commands)
        {
            string[] options = option.Length > 0 ? [option] : [];
            var (status, output, errors) = Oracle.Run("systemctl", [$"--root={theirs.Root}", "--no-reload", .. options, verb, name], ("SYSTEMD_LOG_LEVEL", "err"));
            var installer = new Installer(UnitPaths.System(root: ours.Root), HostFacts.Read());
            bool runtime = option == "--runtime", force = option == "--force";
            if (verb == "is-enabled")
            {
                string state = installer.StateOf(name)?.Name() ?? "not-found";
                string expected = output.Length > 0 ? output[0] : errors.Any(e => e.Contains("No such file")) ? "not-found" : "bad";
                Assert.True(expected == state, $"is-enabled {name}: systemctl says {expected}, we say {state}");
                continue;
            }
            // systemctl asks for the state first when it disables, and gives up where that fails; the manager does not.
            if (errors.Any(e => e.Contains("Failed to look up unit file state")))
                return;
            var plan = verb switch
            {
                "enable" => installer.Enable([name], runtime, force),
                "disable" => installer.Disable([name], runtime),
                "mask" => installer.Mask([name], runtime, force),
                _ => installer.Unmask([name], runtime),
            };
            Installer.Apply(plan);
            string difference = string.Join("\n", Links(theirs.Root).Except(Links(ours.Root)).Select(l => "theirs: " + l)
                .Concat(Links(ours.Root).Except(Links(theirs.Root)).Select(l => "ours: " + l)));
            Assert.True(difference.Length == 0, $"{verb} {name}: {difference}\nsystemctl: {string.Join(" ", errors)}\nours: {plan.Error}");
            if (verb == "enable")
                Assert.True((status == 0) == (plan.Error is null), $"{verb} {name}: systemctl {status} {string.Join(" ", errors)}; ours: {plan.Error}");
        }
    }

    private static List<string> Links(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Select(p => (Path: p, new FileInfo(p).LinkTarget)).Where(p => p.LinkTarget is not null).Select(p => $"{p.Path[root.Length..]} -> {p.LinkTarget}").Order()];
}
