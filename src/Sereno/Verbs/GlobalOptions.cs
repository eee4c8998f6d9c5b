using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;
using Sereno.Units.Load;

namespace Sereno.Verbs;

/// <summary>What every verb understands: which instance is meant, and in which language to answer.</summary>
public static class GlobalOptions
{
    public static readonly Option<string?> Dir = new("--dir") { Description = Text.Current.DirOption, HelpName = "DIR", Recursive = true };
    public static readonly Option<string?> UnitPath = new("--unit-path") { Description = Text.Current.UnitPathOption, HelpName = "DIR[:DIR...]", Recursive = true };
    public static readonly Option<string?> Language = new("--lang") { Description = Text.Current.LangOption, HelpName = "en|es", Recursive = true };

    static GlobalOptions() => Language.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: var name }] && !name.StartsWith("en", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("es", StringComparison.OrdinalIgnoreCase))
            result.AddError(name);
    });

    public static IEnumerable<Option> All => [Dir, UnitPath, Language];

    public static bool TakesValue(string word) => word is "--dir" or "--unit-path" or "--lang";

    private static (ParseResult Of, Instance Instance)? s_resolved;

    public static Instance Instance(ParseResult result)
    {
        if (s_resolved?.Of != result)
            s_resolved = (result, Sereno.Instance.Resolve(result.GetValue(Dir), result.GetValue(UnitPath)));
        return s_resolved.Value.Instance;
    }

    /// <exception cref="BusException">Nobody answers, with what to do about it.</exception>
    public static BusClient Connect(ParseResult result) => ConnectIfRunning(result)
        ?? throw new BusException(BusErrors.Disconnected, Text.Current.NotRunning(Instance(result).BusPath,
            "sereno init" + (result.GetValue(Dir) is { } dir ? $" --dir {dir}" : "")));

    /// <summary>Null where nobody answers.</summary>
    public static BusClient? ConnectIfRunning(ParseResult result)
    {
        try
        {
            return BusClient.Connect(Instance(result).BusPath);
        }
        catch (LinuxException e) when (e.Number is libc.ENOENT or libc.ECONNREFUSED or libc.ENOTDIR)
        {
            return null;
        }
    }

    /// <summary>Where this instance's unit files are: the running one says it itself, since it may have been started with --unit-path.</summary>
    public static UnitPaths UnitPaths(ParseResult result)
    {
        var paths = Instance(result).Paths;
        if (result.GetValue(UnitPath) is not null)
            return paths;
        try
        {
            using var client = BusClient.Connect(Instance(result).BusPath, TimeSpan.FromSeconds(2));
            var path = client.GetProperty(Bus.UnitPath.Manager, "org.freedesktop.systemd1.Manager", "UnitPath");
            return paths with { Search = [.. path.Items.Select(i => (string)i.Scalar!)] };
        }
        catch (Exception e) when (e is BusException or IOException)
        {
            return paths;
        }
    }

    /// <summary>systemctl's way: a name without a type is a service, a path is that of a mount or a device, and other characters are escaped.</summary>
    /// <param name="suffix">Another type.</param>
    /// <exception cref="FormatException">No unit can be called so.</exception>
    public static string UnitName(string name, string suffix = ".service")
    {
        string? unit = Units.Model.UnitNameMangling.Mangle(name, suffix, out string? escaped, out _);
        if (escaped is not null && unit is not null)
            StandardStreams.Errors.WriteLine(Text.Current.Install.Escaped(Printable.Of(name), escaped, suggest: true));
        return unit ?? throw new FormatException(Text.Current.InvalidName(Printable.Of(name)));
    }

    public static string UnitName(string name) => UnitName(name, ".service");
}
