using System.CommandLine;
using Sereno.Bus.Client;
using Sereno.Texts;

namespace Sereno.Verbs;

/// <summary>cat: each file under a comment with its path, as systemctl shows them.</summary>
public static class CatVerb
{
    public static Command Build()
    {
        var units = Help.Units(ArgumentArity.OneOrMore);
        var command = Help.Command("cat", "sereno cat redis-server");
        command.Add(units);
        command.SetAction(r =>
        {
            using var client = GlobalOptions.Connect(r);
            int exit = 0;
            bool first = true;
            foreach (string name in UnitPatterns.Expand(new(client), r.GetValue(units)!, all: true))
            {
                var properties = new ManagerProxy(client).Unit(name).GetAll(UnitProxy.Unit);
                var files = (IEnumerable<string>)[properties.Text("FragmentPath"), .. properties.Strings("DropInPaths")];
                if (properties.Text("FragmentPath").Length == 0)
                {
                    StandardStreams.Errors.WriteLine(Text.Current.NoFiles(name));
                    exit = 1;
                    continue;
                }
                if (properties.Number("NeedDaemonReload") == 1)
                {
                    StandardStreams.Text.Flush();
                    StandardStreams.Errors.WriteLine(Text.Current.CatIsNewer(name));
                }
                foreach (string path in files)
                {
                    if (!first)
                        StandardStreams.Text.WriteLine();
                    first = false;
                    StandardStreams.Text.WriteLine($"# {path}");
                    StandardStreams.Text.Write(File.ReadAllText(path));
                }
            }
            return exit;
        });
        return command;
    }
}
