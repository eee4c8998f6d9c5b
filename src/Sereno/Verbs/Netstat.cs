using System.CommandLine;
using Encoding = System.Text.Encoding;
using Sereno.Linux;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views.Netstat;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>netstat, as net-tools has it; with --style windows as Windows has it.</summary>
public static class NetstatVerb
{
    private const int Failed = 1, BadUsage = 3;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(1);

    /// <summary>The command for sereno's own command line; everything after its name is read by Run.</summary>
    public static Command Build()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "netstat's own options", Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("netstat", "sereno netstat -tulpn", "sereno netstat -an", "sereno netstat --style windows -ano");
        command.Add(arguments);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result => RunVerb([.. result.GetValue(arguments) ?? [], .. result.UnmatchedTokens]));
        return command;
    }

    /// <summary>netstat's own long options and ours, without their dashes.</summary>
    internal static IEnumerable<string> LongOptions => [.. NetstatArguments.LongNames, "style"];

    /// <summary>sereno netstat: also ours, --style unix|windows, --lang and what selects sockets, wherever they stand.</summary>
    public static int RunVerb(IReadOnlyList<string> arguments)
    {
        OwnerQuery.HeedEnvironment();
        string? language = null, style = null;
        var rest = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
            if (!TakeOwn(arguments, ref i, "--lang", ref language) && !TakeOwn(arguments, ref i, "--style", ref style))
                rest.Add(arguments[i]);
        if (!SelectionOptions.TryTake(rest, out var others, out var only))
            return Failed;
        switch (style)
        {
            case "windows":
                return WindowsNetstatVerb.Run(others, StandardStreams.Output, StandardStreams.Errors, Text.Current.Language,
                    UnitsByPid.For(Instance.Resolve(null, null).BusPath), wait => WaitUnlessUnread(StandardStreams.Output, wait), only);
            case null or "unix":
                return Run(others, StandardStreams.Output, StandardStreams.Errors, NetstatTexts.For(language), () => WaitUnlessUnread(StandardStreams.Output, s_round), only);
            default:
                StandardStreams.Errors.WriteLine($"sereno: {Text.Current.InvalidValue("--style", style)}");
                return Failed;
        }
    }

    private static bool TakeOwn(IReadOnlyList<string> arguments, ref int i, string option, ref string? value)
    {
        if (arguments[i] == option && i + 1 < arguments.Count)
            value = arguments[++i];
        else if (arguments[i].StartsWith(option + "=", StringComparison.Ordinal))
            value = arguments[i][(option.Length + 1)..];
        else
            return false;
        return true;
    }

    /// <summary>Does what netstat does with these arguments, under its name.</summary>
    /// <returns>netstat's exit code: 0, 1 for what this machine can't do, 3 for a command line that can't be.</returns>
    public static int Run(IReadOnlyList<string> arguments) =>
        Run(arguments, StandardStreams.ForgivingOutput, StandardStreams.Errors, NetstatTexts.OfLocale(), () => WaitUnlessUnread(StandardStreams.ForgivingOutput, s_round));

    /// <param name="again">Under -c: waits, and says whether to go on; never when null.</param>
    /// <param name="only">Internet sockets that it admits, and no others.</param>
    public static int Run(IReadOnlyList<string> arguments, Stream output, TextWriter errors, NetstatTexts? texts = null, Func<bool>? again = null,
        SocketSieve? only = null)
    {
        texts ??= NetstatTexts.English;
        var action = NetstatArguments.Read(arguments, errors, texts, out var request);
        switch (action)
        {
            case NetstatAction.Version:
                output.Write(Encoding.UTF8.GetBytes(NetstatHelp.Version));
                return 0;
            case NetstatAction.Help or NetstatAction.BadUsage:
                string usage = string.Concat(NetstatHelp.Usage.Select(line => texts[line].Replace("%s", "inet")));
                if (action == NetstatAction.Help)
                    output.Write(Encoding.UTF8.GetBytes(usage));
                else
                    errors.Write(usage);
                errors.Write(NetstatHelp.Families(texts));
                return action == NetstatAction.Help ? 0 : BadUsage;
            case NetstatAction.Refuse:
                return Failed;
        }
        try
        {
            return NetstatView.Write(request, output, errors, texts, again ?? (() => false), only);
        }
        catch (LinuxException e)
        {
            errors.WriteLine($"netstat: {e.Message}");
            return Failed;
        }
    }

    private static bool WaitUnlessUnread(DescriptorStream output, TimeSpan wait)
    {
        if (output.IsUnread)
            return false;
        Thread.Sleep(wait);
        return true;
    }
}
