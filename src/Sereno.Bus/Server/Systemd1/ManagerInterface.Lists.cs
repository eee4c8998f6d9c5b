using Sereno.Units.Values;
namespace Sereno.Bus.Server.Systemd1;

internal static partial class ManagerInterface
{
    private const string UnitRows = "units:a(ssssssouso)";

    private static void AddListMethods(BusInterface<ManagerSnapshot> table, IManagerApi api) => table
        .Method("ListUnits", "", UnitRows, Access.Read, (_, call) => ReplyUnits(call, api.Units))
        .Method("ListUnitsFiltered", "states:as", UnitRows, Access.Read, (_, call) =>
            ReplyUnits(call, Select(api.Units, call.Arguments.ReadStringArray(), [])))
        .Method("ListUnitsByPatterns", "states:as patterns:as", UnitRows, Access.Read, (_, call) =>
        {
            var arguments = call.Arguments;
            ReplyUnits(call, Select(api.Units, arguments.ReadStringArray(), arguments.ReadStringArray()));
        })
        .Method("ListUnitsByNames", "names:as", UnitRows, Access.Read, (_, call) =>
            ReplyUnits(call, call.Arguments.ReadStringArray().Select(n => api.Load(ParseName(n)).Status)))
        .Method("ListUnitFiles", "", "unit_files:a(ss)", Access.Read, (_, call) => ReplyFiles(call, api.UnitFiles))
        .Method("ListUnitFilesByPatterns", "states:as patterns:as", "unit_files:a(ss)", Access.Read, (_, call) =>
        {
            var arguments = call.Arguments;
            var (states, patterns) = (arguments.ReadStringArray(), arguments.ReadStringArray());
            ReplyFiles(call, api.UnitFiles.Where(f =>
                (states.Length == 0 || states.Contains(f.State)) && Glob.MatchesAny(patterns, Path.GetFileName(f.Path))));
        });

    private static IEnumerable<UnitStatus> Select(IEnumerable<UnitStatus> units, string[] states, string[] patterns) =>
        units.Where(u => (states.Length == 0 || states.Contains(u.LoadState) || states.Contains(u.ActiveState) || states.Contains(u.SubState))
            && Glob.MatchesAny(patterns, u.Id));

    private static void ReplyUnits(MethodCall call, IEnumerable<UnitStatus> units) => call.Reply(w =>
    {
        using var rows = w.Array('(');
        foreach (var unit in units)
        {
            w.WriteStruct();
            w.WriteString(unit.Id);
            w.WriteString(unit.Description);
            w.WriteString(unit.LoadState);
            w.WriteString(unit.ActiveState);
            w.WriteString(unit.SubState);
            w.WriteString(unit.Following);
            w.WriteObjectPath(UnitPath.Of(unit.Id));
            w.WriteUInt32(unit.JobId);
            w.WriteString(unit.JobType);
            w.WriteObjectPath(unit.JobId > 0 ? UnitPath.OfJob(unit.JobId) : "/");
        }
    });

    private static void ReplyFiles(MethodCall call, IEnumerable<UnitFile> files) => call.Reply(w =>
    {
        using var rows = w.Array('(');
        foreach (var file in files)
        {
            w.WriteStruct();
            w.WriteString(file.Path);
            w.WriteString(file.State);
        }
    });
}
