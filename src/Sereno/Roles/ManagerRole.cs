namespace Sereno.Roles;

/// <summary>The manager as the keeper starts it; its arguments are ours, not a person's.</summary>
public static class ManagerRole
{
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string? folder = null, unitPath = null;
        string target = "default.target";
        bool verbose = false;
        for (int i = 0; i < arguments.Length; i++)
            switch (arguments[i])
            {
                case "--dir":
                    folder = arguments[++i];
                    break;
                case "--unit-path":
                    unitPath = arguments[++i];
                    break;
                case "--default":
                    target = arguments[++i];
                    break;
                case "--verbose":
                    verbose = true;
                    break;
            }
        using var host = new ManagerHost(Instance.Resolve(folder, unitPath), verbose);
        return host.Run(target);
    }
}
