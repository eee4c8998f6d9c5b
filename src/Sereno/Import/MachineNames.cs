using Sereno.Linux;
using Sereno.Sockets.Ports;

namespace Sereno.Import;

/// <summary>What an import asks the machine.</summary>
public class MachineNames
{
    /// <summary>A port by number or name: the machine's own names (services(5)) come before IANA's.</summary>
    public virtual ushort? PortOf(string name, bool udp)
    {
        if (ushort.TryParse(name, System.Globalization.NumberStyles.None, null, out ushort port))
            return port == 0 ? null : port;
        if (name.Length is 0 or > 64 || name.Any(c => c <= ' ' || c == '\x7f'))
            return null;
        return NameService.PortOf(name, udp ? "udp" : "tcp") ?? (PortRegistry.Iana.PortsOf(name) is [var registered, ..] ? registered : null);
    }

    public virtual bool HasProgram(string path) => File.Exists(path);

    /// <summary>Where unit files are looked for; the folder that is written to isn't among them.</summary>
    public IReadOnlyList<string> UnitFolders { get; init; } = [];

    /// <summary>A file of the machine's that units of that name would take the place of; null when there is none.</summary>
    /// <param name="name">Without a type.</param>
    public virtual string? FindUnit(string name) =>
        UnitFolders.SelectMany(f => (string[])[$"{f}/{name}.socket", $"{f}/{name}@.service", $"{f}/{name}.service"]).FirstOrDefault(Path.Exists);

    /// <summary>This executable.</summary>
    public virtual string Sereno => Environment.ProcessPath ?? "/usr/bin/sereno";
}
