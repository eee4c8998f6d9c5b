using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;
using Sereno.Units.Text;

namespace Sereno.Manager.Spawn;

/// <summary>LoadCredential= and SetCredential=: files in a folder that only the service's account reads (systemd.exec(5), "Credentials").</summary>
public static partial class PlanBuilder
{
    private const int CredentialsStage = 243, MaxCredentials = 1 << 20;

    private static readonly string[] s_credentialStores = ["/etc/credstore", "/run/credstore", "/usr/local/lib/credstore", "/usr/lib/credstore"];

    /// <summary>Where a unit's are, as long as it is not dead.</summary>
    public static string CredentialsOf(UnitName unit, InstanceFacts facts) => $"{facts.Roots[DirectoryKind.Runtime]}/credentials/{unit}";

    private static void AddCredentials(ImmutableArray<SpawnStep>.Builder steps, UnitName unit, ExecContext context, InstanceFacts facts, IMachine machine, uint uid)
    {
        if (context.Credentials.IsEmpty)
            return;
        string folder = CredentialsOf(unit, facts);
        steps.Add(new MakeDirectory(CredentialsStage, folder, 0x140 /* 0500 */, uid, Unchanged));
        var written = new HashSet<string>();
        int left = MaxCredentials;
        foreach (var (id, source) in context.Credentials.Where(c => c.Source is not null).Select(c => (c.Id, c.Source!)))
            foreach (var (name, path) in Sources(id, source, machine))
                if (machine.ReadFile(path, out string? error) is { } text)
                    Add(name, RawText.Encode(text));
                else if (source.StartsWith('/') && !context.Credentials.Any(c => c.Id == id && c.Data is not null))
                    throw new PlanException(CredentialsStage, $"cannot read credential {path}: {error}");
        // What is written in the unit is for when nothing was there to be loaded.
        foreach (var credential in context.Credentials)
            if (credential.Data is { } data && !written.Contains(credential.Id))
                Add(credential.Id, [.. data]);

        void Add(string name, byte[] data)
        {
            if ((left -= name.Length + data.Length) < 0)
                throw new PlanException(CredentialsStage, $"cannot set up credentials: more than {MaxCredentials} bytes");
            if (written.Add(name))
                steps.Add(new WriteSecret($"{folder}/{name}", uid, [.. data]));
        }
    }

    /// <summary>A folder's files are credentials each; a name without a path is looked for in the stores.</summary>
    private static IEnumerable<(string Name, string Path)> Sources(string id, string source, IMachine machine)
    {
        if (!source.StartsWith('/'))
            return s_credentialStores.Select(s => $"{s}/{source}").Where(p => machine.ReadFile(p, out _) is not null).Take(1).Select(p => (id, p));
        var files = machine.Glob(source + "/*");
        return files.IsEmpty ? [(id, source)] : files.Select(f => ($"{id}_{f[(f.LastIndexOf('/') + 1)..]}", f));
    }
}
