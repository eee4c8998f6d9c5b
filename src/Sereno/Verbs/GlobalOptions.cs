using System.CommandLine;
using Sereno.Bus;
using Sereno.Bus.Client;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;

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

    /// <summary>systemctl's way: a name without a type is a service.</summary>
    /// <exception cref="FormatException">No unit can be called so.</exception>
    public static string UnitName(string name)
    {
        if (Units.Model.UnitName.TryParse(name, out _))
            return name;
        if (Units.Model.UnitName.TryParse(name + ".service", out _))
            return name + ".service";
        throw new FormatException(Text.Current.InvalidName(Printable.Of(name)));
    }
}
