using System.CommandLine;
using Sereno.Roles;

namespace Sereno;

public static class CommandLine
{
    public static int Run(string[] args)
    {
        var root = new RootCommand("Runs systemd's unit files where systemd can't run");
        var dir = new Option<string?>("--dir") { Recursive = true };
        var unitPath = new Option<string?>("--unit-path") { Recursive = true };
        root.Add(dir);
        root.Add(unitPath);
        var init = new Command("init");
        var target = new Option<string>("--default") { DefaultValueFactory = _ => "default.target" };
        init.Add(target);
        init.SetAction(r => KeeperRole.Run(Instance.Resolve(r.GetValue(dir), r.GetValue(unitPath)), r.GetValue(target)!, verbose: true));
        root.Add(init);
        return root.Parse(args).Invoke();
    }
}
