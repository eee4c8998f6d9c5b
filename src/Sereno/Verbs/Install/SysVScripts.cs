using Sereno.Texts;
using Sereno.Units.Install;

namespace Sereno.Verbs.Install;

/// <summary>What became of the init scripts among the names.</summary>
internal readonly record struct SysVOutcome(bool Failed, bool AnyEnabled);

/// <summary>Services that have an init script: the distribution's own program enables those (systemctl(1), systemd-sysv-install).</summary>
internal sealed class SysVScripts(InstallPlace place, TextWriter output, TextWriter errors)
{
    private const string Helper = "/lib/systemd/systemd-sysv-install";

    /// <param name="names">Loses those that are init scripts only.</param>
    public SysVOutcome Handle(InstallArguments arguments, List<string> names)
    {
        bool any = false;
        if (arguments.Verb is not ("enable" or "disable" or "is-enabled") || place.Paths.IsUser || place.Paths.IsGlobal
            || Environment.GetEnvironmentVariable("SYSTEMCTL_SKIP_SYSV") is "1" or "yes" or "true")
            return default;
        foreach (string name in names.ToList())
        {
            if (!name.EndsWith(".service", StringComparison.Ordinal) || name.StartsWith('/'))
                continue;
            var error = new Installer(place.Paths.WithoutGenerated, place.Specifiers, errors.WriteLine).Exists(name);
            if (error is not (InstallError.None or InstallError.ENOENT or InstallError.ELOOP or InstallError.ERFKILL or InstallError.EADDRNOTAVAIL))
            {
                errors.WriteLine(Text.Current.Install.NoFileState(error.Words()));
                return new(Failed: true, any);
            }
            bool native = error != InstallError.ENOENT;
            if ((native && arguments.Verb == "is-enabled") || !File.Exists($"{place.Paths.Root}/etc/init.d/{name[..^".service".Length]}"))
                continue;
            if (Run(arguments, name, native) is not { } exit)
                return new(Failed: true, any);
            any |= arguments.Verb == "is-enabled" && exit == 0;
            if (!native)
                names.Remove(name);
        }
        return new(Failed: false, any);
    }

    /// <summary>Null where it failed and that counts.</summary>
    private int? Run(InstallArguments arguments, string name, bool native)
    {
        List<string> command = [Helper, .. place.Paths.Root is { } root ? [$"--root={root}"] : (string[])[], arguments.Verb, name[..^".service".Length]];
        if (!arguments.Quiet)
        {
            errors.WriteLine(native ? Text.Current.Install.SysVSynchronized(name, Helper) : Text.Current.Install.SysVRedirected(name));
            errors.WriteLine(Text.Current.Install.Executing(string.Join(' ', command)));
        }
        int? exit = Program.Run(command);
        if (arguments.Verb != "is-enabled")
            return exit == 0 ? 0 : null;
        if (!arguments.Quiet)
            output.WriteLine(exit == 0 ? "enabled" : "disabled");
        return exit ?? 1;
    }
}
