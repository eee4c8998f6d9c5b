using Sereno;
using Sereno.Roles;
using Sereno.Verbs;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

return (Path.GetFileName(Environment.GetCommandLineArgs()[0]), args) switch
{
    // Under another name it is that program.
    ("ss", _) => Guard.Run("ss", () => SsVerb.Run(args)),
    ("netstat", _) => Guard.Run("netstat", () => NetstatVerb.Run(args)),
    ("journalctl", _) => Guard.Run("journalctl", () => JournalctlVerb.Run(args)),
    (_, [RoleNames.Journal, ..]) => JournalRole.Run(args.AsSpan(1)),
    (_, [RoleNames.Manager, ..]) => ManagerRole.Run(args.AsSpan(1)),
    (_, ["init", .. var rest]) when PlainInit.Read(rest) is { } run => Guard.Run("sereno", run),
    // These read their own options, as the programs that they stand in for do.
    (_, ["ss", .. var rest]) => Guard.Run("ss", () => SsVerb.RunVerb(rest)),
    (_, ["logs", .. var rest]) when LogsVerb.Reads(rest) => Guard.Run("sereno", () => LogsVerb.Run(rest)),
    (_, ["netstat", .. var rest]) => Guard.Run("netstat", () => NetstatVerb.RunVerb(rest)),
    _ => CommandLine.Run(args),
};
