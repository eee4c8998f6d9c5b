using Sereno.Bus.Wire;

namespace Sereno.Bus.Client;

/// <summary>What the manager lists, and what it does to unit files.</summary>
public sealed partial class ManagerProxy
{
    public List<UnitStatus> ListUnits() => ReadUnits(Call("ListUnits", reply: "a(ssssssouso)"));

    /// <param name="states">Load, active or sub states, or none for all.</param>
    /// <param name="patterns">Globs of unit names, or none for all.</param>
    public List<UnitStatus> ListUnitsByPatterns(IEnumerable<string> states, IEnumerable<string> patterns) =>
        ReadUnits(Call("ListUnitsByPatterns", "asas", w => { w.WriteStringArray(states); w.WriteStringArray(patterns); }, "a(ssssssouso)"));

    public List<UnitStatus> ListUnitsByNames(IEnumerable<string> names) =>
        ReadUnits(Call("ListUnitsByNames", "as", w => w.WriteStringArray(names), "a(ssssssouso)"));

    public List<JobStatus> ListJobs()
    {
        var reader = Call("ListJobs", reply: "a(usssoo)").Reader;
        var result = new List<JobStatus>();
        for (int end = reader.ReadArray('('); reader.More(end);)
        {
            reader.ReadStruct();
            result.Add(new(reader.ReadUInt32(), reader.ReadString(), reader.ReadString(), reader.ReadString()));
            reader.Skip("oo");
        }
        return result;
    }

    public List<UnitFile> ListUnitFiles() => ReadFiles(Call("ListUnitFiles", reply: "a(ss)"));

    public List<UnitFile> ListUnitFilesByPatterns(IEnumerable<string> states, IEnumerable<string> patterns) =>
        ReadFiles(Call("ListUnitFilesByPatterns", "asas", w => { w.WriteStringArray(states); w.WriteStringArray(patterns); }, "a(ss)"));

    public string GetUnitFileState(string file) => Call("GetUnitFileState", "s", w => w.WriteString(file), "s").Reader.ReadString();

    public string GetDefaultTarget() => Call("GetDefaultTarget", reply: "s").Reader.ReadString();

    public List<UnitProcess> GetUnitProcesses(string unit) => EndGetUnitProcesses(BeginGetUnitProcesses(unit));

    /// <summary>Asked at one go, for who shows a unit: all that it says of itself, and its processes.</summary>
    public (Dictionary<string, BusValue> Properties, List<UnitProcess> Processes) GetUnitWithProcesses(string unit)
    {
        var (properties, processes) = (Client.BeginGetAll(UnitPath.Of(unit)), BeginGetUnitProcesses(unit));
        var (known, members) = (Client.EndGetAll(properties), EndGetUnitProcesses(processes));
        // An alias has no processes of its own.
        return known.TryGetValue("Id", out var id) && id.Scalar is string main && main != unit ? (known, GetUnitProcesses(main)) : (known, members);
    }

    private BusClient.PendingCall BeginGetUnitProcesses(string unit) =>
        Client.Begin(UnitPath.Manager, Interface, "GetUnitProcesses", "s", w => w.WriteString(unit));

    private List<UnitProcess> EndGetUnitProcesses(BusClient.PendingCall call)
    {
        var reader = Client.End(call, "a(sus)").Reader;
        var result = new List<UnitProcess>();
        for (int end = reader.ReadArray('('); reader.More(end);)
        {
            reader.ReadStruct();
            result.Add(new(reader.ReadString(), reader.ReadUInt32(), reader.ReadString()));
        }
        return result;
    }

    /// <summary>Makes the links of the files' [Install] sections; false when none has such a section.</summary>
    public (bool HasInstallInfo, List<InstallChange> Changes) EnableUnitFiles(IEnumerable<string> files, bool runtime, bool force)
    {
        var reader = Call("EnableUnitFiles", "asbb", w => { w.WriteStringArray(files); w.WriteBool(runtime); w.WriteBool(force); }, "ba(sss)").Reader;
        return (reader.ReadBool(), ReadChanges(ref reader));
    }

    public List<InstallChange> DisableUnitFiles(IEnumerable<string> files, bool runtime) =>
        Changes("DisableUnitFiles", "asb", w => { w.WriteStringArray(files); w.WriteBool(runtime); });

    public List<InstallChange> MaskUnitFiles(IEnumerable<string> files, bool runtime, bool force) =>
        Changes("MaskUnitFiles", "asbb", w => { w.WriteStringArray(files); w.WriteBool(runtime); w.WriteBool(force); });

    public List<InstallChange> UnmaskUnitFiles(IEnumerable<string> files, bool runtime) =>
        Changes("UnmaskUnitFiles", "asb", w => { w.WriteStringArray(files); w.WriteBool(runtime); });

    private List<InstallChange> Changes(string member, string signature, Action<MessageWriter> body)
    {
        var reader = Call(member, signature, body, "a(sss)").Reader;
        return ReadChanges(ref reader);
    }

    private static List<UnitStatus> ReadUnits(Message reply)
    {
        var reader = reply.Reader;
        var result = new List<UnitStatus>();
        for (int end = reader.ReadArray('('); reader.More(end);)
        {
            reader.ReadStruct();
            var unit = new UnitStatus(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
                reader.ReadString(), reader.ReadString());
            reader.ReadObjectPath();
            result.Add(unit with { JobId = reader.ReadUInt32(), JobType = reader.ReadString() });
            reader.ReadObjectPath();
        }
        return result;
    }

    private static List<UnitFile> ReadFiles(Message reply)
    {
        var reader = reply.Reader;
        var result = new List<UnitFile>();
        for (int end = reader.ReadArray('('); reader.More(end);)
        {
            reader.ReadStruct();
            result.Add(new(reader.ReadString(), reader.ReadString()));
        }
        return result;
    }

    private static List<InstallChange> ReadChanges(ref MessageReader reader)
    {
        var result = new List<InstallChange>();
        for (int end = reader.ReadArray('('); reader.More(end);)
        {
            reader.ReadStruct();
            result.Add(new(reader.ReadString(), reader.ReadString(), reader.ReadString()));
        }
        return result;
    }
}
