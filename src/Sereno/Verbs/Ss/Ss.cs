using System.CommandLine;
using Sereno.Linux;
using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;

namespace Sereno.Verbs;

/// <summary>sereno ss: what iproute2's ss prints.</summary>
public static class SsVerb
{
    /// <summary>The command for sereno's own command line; everything after its name is read by Run.</summary>
    public static Command Build()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "ss's own options", Arity = ArgumentArity.ZeroOrMore };
        var command = Help.Command("ss", "sereno ss -tuln", "sereno ss -tanp");
        command.Add(arguments);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result => RunVerb([.. result.GetValue(arguments) ?? [], .. result.UnmatchedTokens]));
        return command;
    }

    /// <summary>ss's own long options, without their dashes.</summary>
    internal static IEnumerable<string> LongOptions => SsArguments.LongNames;

    /// <summary>Does what ss does with these arguments, under its name.</summary>
    /// <returns>ss's exit code: 0, or 255 for a command line that can't be.</returns>
    public static int Run(IReadOnlyList<string> arguments) =>
        Run(arguments, StandardStreams.ForgivingOutput, StandardStreams.Errors, Terminal.WidthOf(1), ProcFiles.OfEnvironment());

    /// <summary>The same, with the options that select sockets on every view, and for a filter that can't be understood also where and why.</summary>
    public static int RunVerb(IReadOnlyList<string> arguments)
    {
        OwnerQuery.HeedEnvironment();
        if (!SelectionOptions.TryTake(arguments, out var rest, out var only))
            return 255;
        return Run(rest, StandardStreams.Output, StandardStreams.Errors, Terminal.WidthOf(1), ProcFiles.OfEnvironment(), explains: true, only);
    }

    /// <param name="terminalWidth">Columns to lay out for; null where the output isn't a terminal.</param>
    /// <param name="files">Where /proc is; the running kernel's when null.</param>
    /// <param name="explains">Behind what ss says of a filter, our own words.</param>
    /// <param name="only">Internet sockets that it admits, and no others.</param>
    public static int Run(IReadOnlyList<string> arguments, Stream output, TextWriter errors, int? terminalWidth, ProcFiles? files = null, bool explains = false,
        SocketSieve? only = null)
    {
        if (SsArguments.Read(arguments, output, errors, out int exitCode) is not SsRequest request)
            return exitCode;
        var run = new SsRun(output, errors, terminalWidth, files ?? ProcFiles.Running) { Explains = explains, Only = only };
        try
        {
            return request.Namespace is string name ? SsNamespace.Run(name, errors, () => run.Do(request)) : run.Do(request);
        }
        catch (LinuxException e)
        {
            errors.Write($"ss: {e.Message}\n");
            return 1;
        }
    }
}
