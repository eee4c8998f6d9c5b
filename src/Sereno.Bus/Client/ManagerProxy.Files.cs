namespace Sereno.Bus.Client;

/// <summary>Unit files and the links that enable them.</summary>
public sealed partial class ManagerProxy
{
    /// <summary>Any method that changes links: EnableUnitFiles, PresetAllUnitFiles and so on.</summary>
    /// <param name="files">Null for a method that takes none.</param>
    /// <param name="flags">Runtime and force, as far as the method takes them.</param>
    /// <param name="carries">The reply begins with whether the units have an [Install] section.</param>
    public (bool HasInstallInfo, List<InstallChange> Changes) InstallCall(string method, IEnumerable<string>? files, string? presetMode, bool[] flags, bool carries)
    {
        string signature = (files is null ? "" : "as") + (presetMode is null ? "" : "s") + new string('b', flags.Length);
        var reader = Call(method, signature, w =>
        {
            if (files is not null)
                w.WriteStringArray(files);
            if (presetMode is not null)
                w.WriteString(presetMode);
            foreach (bool flag in flags)
                w.WriteBool(flag);
        }, carries ? "ba(sss)" : "a(sss)").Reader;
        bool has = !carries || reader.ReadBool();
        return (has, ReadChanges(ref reader));
    }

    /// <param name="kind">"Wants" or "Requires".</param>
    public List<InstallChange> AddDependencyUnitFiles(IEnumerable<string> files, string target, string kind, bool runtime, bool force) =>
        Changes("AddDependencyUnitFiles", "asssbb", w =>
        {
            w.WriteStringArray(files);
            w.WriteString(target);
            w.WriteString(kind);
            w.WriteBool(runtime);
            w.WriteBool(force);
        });

    public List<InstallChange> SetDefaultTarget(string target) => Changes("SetDefaultTarget", "sb", w => { w.WriteString(target); w.WriteBool(true); });

    /// <summary>The links that disabling a unit would remove.</summary>
    public List<string> GetUnitFileLinks(string unit, bool runtime)
    {
        var reader = Call("GetUnitFileLinks", "sb", w => { w.WriteString(unit); w.WriteBool(runtime); }, "as").Reader;
        return [.. reader.ReadStringArray()];
    }
}
