using System.CommandLine;
using Sereno.Roles;
using Sereno.Texts;

namespace Sereno.Verbs;

public static class InitVerb
{
    public static Command Build()
    {
        var target = new Option<string>("--default") { Description = Text.Current.Option("default"), HelpName = "TARGET", DefaultValueFactory = _ => "default.target" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = Text.Current.Option("quiet") };
        var command = Help.Command("init",
            "sereno init --dir /tmp/demo --unit-path $PWD/examples/units",
            "sereno init --default multi-user.target");
        command.Add(target);
        command.Add(quiet);
        command.SetAction(r => KeeperRole.Run(GlobalOptions.Instance(r), r.GetValue(target)!, verbose: !r.GetValue(quiet)));
        return command;
    }
}
