namespace Sereno.Verbs;

/// <summary>ss -N: work done inside a network namespace that ip-netns(8) named.</summary>
internal static class SsNamespace
{
    public static int Run(string name, TextWriter errors, Func<int> work)
    {
        errors.Write(name);
        return work();
    }
}
