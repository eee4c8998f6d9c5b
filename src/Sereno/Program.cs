using System.CommandLine;
using Sereno.Verbs;

// Under another name it is that program.
switch (Path.GetFileName(Environment.GetCommandLineArgs()[0]))
{
    case "ss": return SsVerb.Run(args);
    case "netstat": return NetstatVerb.Run(args);
}
switch (args)
{
    // These read their own options, as the programs that they stand in for do.
    case ["ss", .. var rest]: return SsVerb.Run(rest);
    case ["netstat", .. var rest]: return NetstatVerb.Run(rest);
}
return new RootCommand("Runs systemd's unit files where systemd can't run, and shows the sockets of each service.")
{
    SsVerb.Build(), NetstatVerb.Build(), PortsVerb.Build(),
}.Parse(args).Invoke();
