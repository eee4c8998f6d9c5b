namespace Sereno.Units.Directives;

/// <summary>Condition*= and Assert*= (systemd.unit(5), "Conditions and Asserts").</summary>
internal static partial class DirectiveTable
{
    private const string PathConditions =
        "PathExists PathExistsGlob PathIsDirectory PathIsSymbolicLink PathIsMountPoint PathIsReadWrite DirectoryNotEmpty FileNotEmpty " +
        "FileIsExecutable NeedsUpdate PathIsEncrypted";

    private const string TextConditions =
        "FirstBoot Architecture Virtualization Host KernelCommandLine KernelVersion Security Capability ACPower Memory CPUs Environment " +
        "User Group ControlGroupController OSRelease Credential CPUFeature MemoryPressure CPUPressure IOPressure";

    private static IEnumerable<DirectiveRow> ConditionRows()
    {
        yield return Enforced("Unit", "ConditionFirmware", r => ReadCondition(r, "Firmware", assert: false, path: false));
        foreach (bool assert in (bool[])[false, true])
        {
            string prefix = assert ? "Assert" : "Condition";
            foreach (string kind in PathConditions.Split(' '))
                yield return Enforced("Unit", prefix + kind, r => ReadCondition(r, kind, assert, path: true));
            foreach (string kind in TextConditions.Split(' '))
                yield return Enforced("Unit", prefix + kind, r => ReadCondition(r, kind, assert, path: false));
        }
    }

    /// <summary>An empty assignment of any kind resets all kinds.</summary>
    private static bool ResetConditions(Reading r, bool assert)
    {
        if (r.IsEmpty)
            r.Unit.Conditions.RemoveAll(c => c.IsAssert == assert);
        return r.IsEmpty;
    }

    private static void ReadCondition(Reading r, string kind, bool assert, bool path)
    {
        if (ResetConditions(r, assert))
            return;
        string text = r.Value;
        bool trigger = Take(ref text, '|', blanks: !path), negated = Take(ref text, '!', blanks: !path);
        if (path && !r.Specifiers.TryPath(text, out _, out string error))
        {
            r.Warn($"Failed to resolve unit specifiers in {text}, ignoring: {error}");
            return;
        }
        if ((path ? r.CheckedPath(r.Expanded(text, path: true)!) : r.Expanded(text)) is { } value)
            r.Unit.Conditions.Add(new(kind, assert, trigger, negated, value));
    }

    private static bool Take(ref string text, char mark, bool blanks)
    {
        if (text is not [var first, ..] || first != mark)
            return false;
        text = blanks ? text[1..].TrimStart() : text[1..];
        return true;
    }
}
