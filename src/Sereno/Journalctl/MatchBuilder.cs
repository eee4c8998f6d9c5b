using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>What of a command line chooses entries, as matches.</summary>
internal sealed class MatchBuilder(JournalSet journal, JournalctlOptions options, TextWriter errors)
{
    private const string CoredumpMessage = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1";

    private static readonly string[] s_unitFields = ["_SYSTEMD_UNIT", "COREDUMP_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT", "_SYSTEMD_SLICE"];
    private static readonly string[] s_userUnitFields = ["_SYSTEMD_USER_UNIT", "USER_UNIT", "COREDUMP_USER_UNIT", "OBJECT_SYSTEMD_USER_UNIT", "_SYSTEMD_USER_SLICE"];

    private readonly Matches _matches = journal.Matches;

    /// <summary>False after it said why not.</summary>
    public bool Build()
    {
        if (!AddBoot())
            return false;
        if (options.KernelOnly)
        {
            _matches.Add("_TRANSPORT=kernel");
            _matches.AddConjunction();
        }
        if (!AddUnits())
            return Fail("Failed to add filter for units: No data available");
        foreach (string identifier in options.Identifiers)
        {
            _matches.Add($"SYSLOG_IDENTIFIER={identifier}");
            _matches.AddDisjunction();
        }
        _matches.AddConjunction();
        if (options.Priorities != 0xFF)
        {
            for (int level = 0; level < 8; level++)
                if ((options.Priorities & 1 << level) != 0)
                    _matches.Add($"PRIORITY={level}");
            _matches.AddConjunction();
        }
        foreach (int facility in options.Facilities)
            _matches.Add($"SYSLOG_FACILITY={facility}");
        bool isBuilt = new OperandMatches(_matches, errors).Add(options.Operands);
        journal.MatchesChanged();
        return isBuilt;
    }

    private bool Fail(string message)
    {
        errors.WriteLine(message);
        return false;
    }

    private bool AddBoot()
    {
        if (!options.Boot)
            return true;
        UInt128? boot = options.BootOffset == 0 && options.BootId == 0 && options.Directory is null && options.Files is null && options.Root is null
            ? Machine.BootId : journal.FindBoot(options.BootId, options.BootOffset);
        if (boot is not { } id)
            return Fail(options.BootId == 0
                ? $"Data from the specified boot ({(options.BootOffset < 0 ? "" : "+")}{options.BootOffset}) is not available: No such boot ID in journal"
                : $"Data from the specified boot ({Id128.Format(options.BootId)}) is not available: No such boot ID in journal");
        _matches.Add($"_BOOT_ID={Id128.Format(id)}");
        _matches.AddConjunction();
        return true;
    }

    private bool AddUnits()
    {
        int count = Add(options.Units, s_unitFields, AddUnit) + Add(options.UserUnits, s_userUnitFields, AddUserUnit);
        _matches.AddConjunction();
        // Else everything would match.
        return count > 0 || (options.Units.Count == 0 && options.UserUnits.Count == 0);
    }

    private int Add(List<string> names, string[] fields, Action<string> add)
    {
        var patterns = new List<string>();
        int count = 0;
        foreach (string name in names)
        {
            string unit = Mangle(name);
            if (unit.AsSpan().IndexOfAny("*?[") >= 0)
                patterns.Add(unit);
            else
                AddOne(unit);
        }
        if (patterns.Count > 0)
            foreach (string unit in fields.SelectMany(Values).Where(u => patterns.Any(p => Glob.Matches(p, u))).Distinct().ToList())
                AddOne(unit);
        return count;

        void AddOne(string unit)
        {
            add(unit);
            _matches.AddDisjunction();
            count++;
        }
    }

    /// <summary>Whether the journal has something of it.</summary>
    public bool IsKnown(string name) => UnitNameMangling.Mangle(name, ".service", out _, out bool isGlob) is var unit
        && (isGlob || (unit is not null && s_unitFields.Any(f => journal.Has(Encoding.UTF8.GetBytes($"{f}={unit}")))));

    private IEnumerable<string> Values(string field)
    {
        foreach (var value in journal.Values(field))
            yield return Encoding.UTF8.GetString(value.Span[(field.Length + 1)..]);
    }

    /// <exception cref="FormatException">No unit can be called so.</exception>
    private string Mangle(string name)
    {
        string? unit = UnitNameMangling.Mangle(name, ".service", out string? escaped, out bool isGlob);
        if (isGlob)
            return name;
        if (escaped is not null && unit is not null && !options.IsQuiet)
            errors.WriteLine($"Invalid unit name \"{name}\" escaped as \"{escaped}\" (maybe you should use systemd-escape?).");
        return unit ?? throw new FormatException("Failed to add filter for units: Invalid argument");
    }

    private void AddUnit(string unit)
    {
        _matches.Add($"_SYSTEMD_UNIT={unit}");
        AddTerm(CoredumpMessage, "_UID=0", $"COREDUMP_UNIT={unit}");
        AddTerm("_PID=1", $"UNIT={unit}");
        AddTerm("_UID=0", $"OBJECT_SYSTEMD_UNIT={unit}");
        if (unit.EndsWith(".slice", StringComparison.Ordinal))
            AddTerm($"_SYSTEMD_SLICE={unit}");
    }

    private void AddUserUnit(string unit)
    {
        string uid = $"_UID={Self.Uid}";
        _matches.Add($"_SYSTEMD_USER_UNIT={unit}");
        _matches.Add(uid);
        AddTerm($"USER_UNIT={unit}", uid);
        AddTerm($"COREDUMP_USER_UNIT={unit}", uid, "_UID=0");
        AddTerm($"OBJECT_SYSTEMD_USER_UNIT={unit}", uid, "_UID=0");
        if (unit.EndsWith(".slice", StringComparison.Ordinal))
            AddTerm($"_SYSTEMD_USER_SLICE={unit}", uid);
    }

    private void AddTerm(params ReadOnlySpan<string> term)
    {
        _matches.AddDisjunction();
        foreach (string match in term)
            _matches.Add(match);
    }
}
