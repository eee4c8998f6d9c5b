using CsCheck;

namespace Sereno.Tests.Units;

/// <summary>A tree of unit files, presets and links, and commands on it.</summary>
public sealed record InstallCase(IReadOnlyList<(string Path, string? Text, string? Target)> Files, IReadOnlyList<string[]> Commands)
{
    public override string ToString() => string.Join("\n", Files.Select(f => f.Target is null ? $"{f.Path}: {f.Text!.Replace("\n", "|")}" : $"{f.Path} -> {f.Target}")
        .Concat(Commands.Select(c => string.Join(' ', c))));

    private static readonly string[] s_names =
        ["a.service", "b.service", "c@.service", "d.socket", "e.target", "c@one.service", "f-g.service", "g@.target", "h.mount", "z.service", "e@.target", "p.path"];

    private static Gen<T> Pick<T>(params T[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static readonly Gen<string> s_name = Pick(s_names);

    private static readonly Gen<string> s_line = Pick(
        "WantedBy=multi-user.target", "WantedBy=e.target graphical.target", "RequiredBy=e.target", "Alias=z.service", "Alias=y.socket y.service",
        "Also=b.service", "Also=d.socket nonesuch.service", "DefaultInstance=two", "Alias=z@.service", "WantedBy=w@%i.target", "WantedBy=", "Alias=%p-alias.service",
        "WantedBy=bad name", "Alias=e.target.wants/a.service", "WantedBy=w@.target", "WantedBy=%Z.target", "Bogus=1", "Alias=a.service", "Alias=z.target", "Alias=x.mount",
        "Also=not\\valid!", "Also=%Z.service", "DefaultInstance=%Z", "DefaultInstance=a/b", "WantedBy='open", "no equals", "=no key", "X-Mine=1", "RequiredBy=w@x.target",
        "WantedBy=%m.target", "WantedBy=%o.target", "Alias=%j@.service", "Also=c@.service", "Also=a.service", "Alias=e.target.requires/d.socket", "Alias=nodir/x.service");

    private static readonly Gen<string> s_section = Pick("[Install]", "[Install]", "[Install]", "[Install]", "[Install]\nWantedBy=multi-user.target", "[Bogus]\nA=b\n[Install]", "[Install", "", "[X-A]\nB=c\n[Install]");

    private static readonly Gen<string> s_folder = Pick("usr/lib/systemd/system", "usr/lib/systemd/system", "usr/lib/systemd/system", "etc/systemd/system", "run/systemd/system", "opt",
        "run/systemd/generator", "run/systemd/transient", "usr/local/lib/systemd/system");

    private static readonly Gen<(string Path, string? Text, string? Target)> s_unit = Gen.Select(s_name, s_section, s_line.Array[0, 3], s_folder,
        (name, section, lines, folder) => ($"{folder}/{name}", (string?)$"[Unit]\n[Service]\nExecStart=/x\n{section}\n{string.Join("\n", lines)}\n", (string?)null));

    private static readonly Gen<(string Path, string? Text, string? Target)> s_link = Gen.Select(s_name,
        Pick("/dev/null", "/usr/lib/systemd/system/b.service", "a.service", "/opt/a.service", "/usr/lib/systemd/system/c@.service", "/nonesuch", "../../../opt/b.service", "/opt/nonesuch.service",
            "/usr/lib/systemd/system/sub/a.service", "/usr/lib/systemd/system/e.target"),
        Pick("etc/systemd/system", "etc/systemd/system", "run/systemd/system", "etc/systemd/system/e.target.wants", "usr/lib/systemd/system", "etc/systemd/system/multi-user.target.wants", "run/systemd/generator"),
        (name, target, folder) => ($"{folder}/{name}", (string?)null, (string?)target));

    private static readonly Gen<(string Path, string? Text, string? Target)> s_dropIn = Gen.Select(s_name, s_line, Pick("etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system"),
        (name, line, folder) => ($"{folder}/{name}.d/10.conf", (string?)$"[Install]\n{line}\n", (string?)null));

    private static readonly Gen<(string Path, string? Text, string? Target)> s_preset = Gen.Select(Pick("etc", "usr/lib", "run"),
        Pick("enable a.service\ndisable *", "disable b.*\nenable c@.service x y", "# none\n\nenable e.target\n;x\nbogus line\ndisable d.socket", "enable [a-c]*\ndisable *", "enable a.service b\n enable\td.socket\nenable c@.service"),
        Pick("50-x.preset", "60-y.preset"),
        (folder, text, name) => ($"{folder}/systemd/system-preset/{name}", (string?)(text + "\n"), (string?)null));

    private static readonly Gen<string> s_any = Gen.Frequency((20, s_name), (1, Pick("a", "nonesuch", "w x", "a*", "/opt/a.service", "/usr/lib/systemd/system/b.service", "c@", "/opt/nonesuch.service", "c@two.service", "nonesuch.socket", "e.target.wants", "@.service")));

    private static readonly Gen<string[]> s_command = Gen.Frequency(
        (12, Gen.Select(Pick("enable", "enable", "enable", "disable", "disable", "reenable", "mask", "unmask", "preset", "revert"), s_any.Array[1, 2], Pick("", "", "", "--runtime", "--force", "--quiet"),
            (verb, names, option) => Words(verb, option, names))),
        (3, s_any.Array[1, 2].Select(names => Words("is-enabled", "", names))),
        (3, Gen.Select(Pick("/opt/a.service", "/opt/b.service", "/opt/c@.service", "/opt/e.target", "/etc/systemd/system/a.service", "x.service", "/opt", "/opt/nonesuch.service"), Pick("", "--runtime", "--force"),
            (file, option) => Words("link", option, [file]))),
        (2, Gen.Select(Pick("add-wants", "add-requires"), Pick("e.target", "multi-user.target", "e", "a.service", "g@one.target", "nonesuch.target", "z.service"), s_any, Pick("", "--runtime"),
            (verb, target, name, option) => Words(verb, option, [target, name]))),
        (1, Gen.Select(Pick("e.target", "multi-user", "a.service", "default.target", "nonesuch.target", "z.target"), Pick("", "--quiet"), (name, option) => Words("set-default", option, [name]))),
        (1, Gen.Const(new[] { "get-default" })),
        (1, Pick("", "--preset-mode=enable-only", "--preset-mode=disable-only", "--runtime").Select(option => Words("preset-all", option, []))),
        (1, Gen.Select(s_name, Pick("--preset-mode=enable-only", "--preset-mode=disable-only"), (name, option) => Words("preset", option, [name]))),
        (2, Pick([], ["*.service"], ["a*", "e*"], new[] { "--state=enabled,disabled" }).Select(words => Words("list-unit-files", "", words))));

    private static string[] Words(string verb, string option, string[] names) => option.Length > 0 ? [verb, option, .. names] : [verb, .. names];

    public static readonly Gen<InstallCase> Cases = Gen.Select(s_unit.Array[1, 6], s_link.Array[0, 3], s_dropIn.Array[0, 1], s_preset.Array[0, 2], s_command.Array[1, 5],
        (units, links, dropIns, presets, commands) => new InstallCase([.. units.Concat(links).Concat(dropIns).Concat(presets).DistinctBy(f => f.Path)], commands));
}
