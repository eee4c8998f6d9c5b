using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>Where definitions come from: unit files on disk, or a table in a test.</summary>
public interface IUnitLoader
{
    /// <summary>Reads a unit's files anew; never throws for what a file says: that is in LoadState and Diagnostics.</summary>
    UnitDefinition Load(UnitName name);
}
