using Sereno.Linux;
using Sereno.Manager.Spawn;

namespace Sereno.Roles;

// A file per number, with the name in it: who is given a number keeps it until the machine starts anew.
public sealed partial class HostMachine
{
    private const string DynamicUserFolder = "/run/systemd/dynamic-uid";
    private readonly Dictionary<string, uint> _dynamicUsers = [];

    public uint? DynamicUser(string name, uint wanted)
    {
        if (_dynamicUsers.TryGetValue(name, out uint number))
            return number;
        try
        {
            Directory.CreateDirectory(DynamicUserFolder);
            number = wanted;
            for (int tries = 0; tries < 100; tries++, number = DynamicUsers.Next(number))
                if (_users.User($"{number}") is not { Name.Length: > 0 } && Claim($"{DynamicUserFolder}/{number}", name))
                    return _dynamicUsers[name] = number;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Files.Complain($"cannot keep dynamic users: {e.Message}");
        }
        return null;
    }

    /// <summary>The number is ours, or has been.</summary>
    private static bool Claim(string path, string name)
    {
        if (File.Exists(path))
            return File.ReadAllText(path).TrimEnd() == name;
        File.WriteAllText(path, name + "\n");
        return true;
    }
}
