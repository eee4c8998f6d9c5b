using Sereno.Roles;

namespace Sereno.Verbs;

/// <summary>
/// <c>sereno init</c> with nothing but its options, as service files and boot loaders write it. The keeper lives as long as the
/// machine: it shouldn't carry the library that reads command lines, which help, mistakes and all else are left to.
/// </summary>
internal static class PlainInit
{
    /// <param name="arguments">What follows "init".</param>
    /// <returns>Null for what isn't plain.</returns>
    public static Func<int>? Read(ReadOnlySpan<string> arguments)
    {
        string? folder = null, unitPath = null;
        string target = "default.target";
        bool verbose = true;
        while (arguments is [var option, .. var rest])
        {
            arguments = rest;
            if (option is "--quiet" or "-q")
            {
                verbose = false;
                continue;
            }
            if (rest is not [var value, .. var next] || value is "" or ['-', ..])
                return null;
            arguments = next;
            switch (option)
            {
                case "--dir":
                    folder = value;
                    break;
                case "--unit-path":
                    unitPath = value;
                    break;
                case "--default":
                    target = value;
                    break;
                default:
                    return null;
            }
        }
        return () => KeeperRole.Run(Instance.Resolve(folder, unitPath), target, verbose);
    }
}
