using Sereno;
using Sereno.Journal;
using Sereno.Linux;
using Sereno.Roles;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

return args switch
{
    [RoleNames.Journal, var folder] => JournalLoop.Run(new UnixSocket(new Fd(3)), folder),
    [RoleNames.Manager, ..] => ManagerRole.Run(args.AsSpan(1)),
    _ => CommandLine.Run(args),
};
