using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Capabilities and system call filters (systemd.exec(5), "Capabilities", "Security" and "System Call Filtering").</summary>
internal static partial class DirectiveTable
{
    private static DirectiveRow Security(string key, Func<Reading, SecurityContext, SecurityContext> set) =>
        Enforced("Service", key, r => r.Unit.Exec = r.Unit.Exec with { Security = set(r, r.Unit.Exec.Security) });

    private static IEnumerable<DirectiveRow> SecurityRows()
    {
        yield return Security("CapabilityBoundingSet", (r, s) => s with { BoundingSet = ReadCapabilities(r, s.BoundingSet, Capabilities.All) });
        yield return Security("AmbientCapabilities", (r, s) => s with { AmbientSet = ReadCapabilities(r, s.AmbientSet, 0) });
        yield return Security("SecureBits", (r, s) => s with { SecureBits = ReadSecureBits(r) });
        yield return Enforced("Service", "SystemCallFilter", r => r.Unit.SystemCalls = SystemCallSet.Read(r, r.Unit.SystemCalls, withErrno: true));
        yield return Enforced("Service", "SystemCallLog", r => r.Unit.LoggedCalls = SystemCallSet.Read(r, r.Unit.LoggedCalls, withErrno: false));
        yield return Security("SystemCallErrorNumber", (r, s) => s with { ErrorNumber = ReadErrorNumber(r) ?? s.ErrorNumber });
        yield return Security("SystemCallArchitectures", ReadArchitectures);
        yield return Security("RestrictAddressFamilies", ReadAddressFamilies);
        yield return Security("RestrictNamespaces", ReadNamespaces);
        yield return Security("RestrictRealtime", (r, s) => s with { RestrictRealtime = r.Boolean() ?? s.RestrictRealtime });
        yield return Security("RestrictSUIDSGID", (r, s) => s with { RestrictSuidSgid = r.Boolean() ?? s.RestrictSuidSgid });
        yield return Security("MemoryDenyWriteExecute", (r, s) => s with { DenyWriteExecute = r.Boolean() ?? s.DenyWriteExecute });
        yield return Security("LockPersonality", (r, s) => s with { LockPersonality = r.Boolean() ?? s.LockPersonality });
        yield return Protection("PrivateDevices", KernelProtections.Devices);
        yield return Protection("ProtectKernelTunables", KernelProtections.Tunables);
        yield return Protection("ProtectKernelModules", KernelProtections.Modules);
        yield return Protection("ProtectKernelLogs", KernelProtections.Logs);
        yield return Protection("ProtectClock", KernelProtections.Clock);
        yield return Protection("ProtectHostname", KernelProtections.Hostname);
    }

    private static DirectiveRow Protection(string key, KernelProtections protection) => Enforced("Service", key, r =>
    {
        var now = r.Unit.Exec.Protections;
        r.Unit.Exec = r.Unit.Exec with { Protections = r.Boolean() switch { true => now | protection, false => now & ~protection, null => now } };
    });

    /// <summary>Assignments add up; one with <c>~</c> takes away; a first or an empty one replaces. What isn't known isn't complained about.</summary>
    private static ulong ReadCapabilities(Reading r, ulong current, ulong initial)
    {
        bool invert = r.Value is ['~', ..];
        ulong sum = 0;
        foreach (string word in WordReader.Split(invert ? r.Value[1..] : r.Value, WordFlags.Unquote | WordFlags.Relax) ?? [])
            if (Capabilities.Parse(word) is { } capability)
                sum |= Capabilities.Bit(capability);
        return (sum == 0 || current == initial, invert) switch
        {
            (true, false) => sum,
            (true, true) => ~sum,
            (false, false) => current | sum,
            (false, true) => current & ~sum,
        };
    }

    /// <summary>As systemd reads them: words that are no secure bit are passed over, and each assignment replaces the last.</summary>
    private static SecureBits ReadSecureBits(Reading r)
    {
        var bits = SecureBits.None;
        foreach (string word in WordReader.Split(r.Value, WordFlags.Unquote | WordFlags.Relax) ?? [])
            bits |= word switch
            {
                "keep-caps" => SecureBits.KeepCaps,
                "keep-caps-locked" => SecureBits.KeepCapsLocked,
                "no-setuid-fixup" => SecureBits.NoSetuidFixup,
                "no-setuid-fixup-locked" => SecureBits.NoSetuidFixupLocked,
                "noroot" => SecureBits.NoRoot,
                "noroot-locked" => SecureBits.NoRootLocked,
                _ => SecureBits.None,
            };
        return bits;
    }

    private static short? ReadErrorNumber(Reading r)
    {
        if (r.Value is "" or "kill")
            return SystemCallFilter.Kill;
        var number = Errnos.Parse(r.Value);
        if (number is null)
            r.Warn($"Failed to parse error number, ignoring: {r.Value}");
        else if (number == 0)
            r.Warn($"Invalid error number, ignoring: {r.Value}");
        return number is > 0 ? (short)number : null;
    }

    private static SecurityContext ReadArchitectures(Reading r, SecurityContext s)
    {
        if (r.IsEmpty)
            return s with { Architectures = [] };
        var list = s.Architectures;
        foreach (string word in r.Words(WordFlags.Unquote))
            if (!Architectures.IsKnown(word))
                r.Warn($"Failed to parse system call architecture \"{word}\", ignoring: Invalid argument");
            else if (!list.Contains(word))
                list = list.Add(word);
        return s with { Architectures = list };
    }

    private static SecurityContext ReadAddressFamilies(Reading r, SecurityContext s)
    {
        if (r.Value is "" or "none")
            return s with { AddressFamilies = r.IsEmpty ? null : new(true, 0) };
        bool invert = r.Value[0] == '~';
        var filter = s.AddressFamilies is null or { AllowList: true, Families: 0 } ? new(!invert, 0) : s.AddressFamilies;
        foreach (string word in r.WordsOf(invert ? r.Value[1..] : r.Value, WordFlags.Unquote))
            if (AddressFamilies.Parse(word) is not { } family)
                r.Warn($"Failed to parse address family, ignoring: {word}");
            else
                filter = filter with { Families = invert != filter.AllowList ? filter.Families | 1ul << family : filter.Families & ~(1ul << family) };
        return s with { AddressFamilies = filter };
    }

    private static SecurityContext ReadNamespaces(Reading r, SecurityContext s)
    {
        if (r.IsEmpty)
            return s with { PermittedNamespaces = null };
        if (Booleans.Parse(r.Value) is { } restrict)
            return s with { PermittedNamespaces = restrict ? 0 : Namespaces.All };
        bool invert = r.Value[0] == '~';
        uint flags = 0;
        foreach (string word in WordReader.Split(invert ? r.Value[1..] : r.Value, WordFlags.None) ?? ["?"])
        {
            if (Namespaces.Parse(word) is not { } flag)
            {
                r.Warn($"Failed to parse namespace type string, ignoring: {(invert ? r.Value[1..] : r.Value)}");
                return s;
            }
            flags |= flag;
        }
        return s with
        {
            PermittedNamespaces = s.PermittedNamespaces is { } now ? invert ? now & ~flags : now | flags : invert ? Namespaces.All & ~flags : flags,
        };
    }
}
