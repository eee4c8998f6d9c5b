using System.CommandLine;

namespace Sereno.Verbs;

public static class ServeVerb
{
    public static Command Build() => Help.Command("serve");
}
