using System.CommandLine;

namespace Sereno.Verbs;

public static class WatchVerb
{
    public static Command Build() => Help.Command("watch");
}
