using Sereno.Units.Model;

namespace Sereno.Units.Directives;

/// <summary>The sections of other unit types: known, so that nothing is called a mistake that is none, and without effect.</summary>
internal static partial class DirectiveTable
{
    private const string SocketKeys =
        "ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction TimeoutSec ExecStartPre ExecStartPost ExecStopPost ExecStopPre SocketProtocol BindToDevice FlushPending Writable MaxConnections " +
        "MaxConnectionsPerSource KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes DeferAcceptSec Priority IPTOS IPTTL Mark " +
        "PipeSize Transparent PassPacketInfo Timestamping TCPCongestion MessageQueueMaxMessages MessageQueueMessageSize " +
        "SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet";

    private static readonly (UnitType Type, string Reason, string Keys)[] s_otherTypes =
    [
        (UnitType.Socket, "not supported yet by sockets", SocketKeys),
        (UnitType.Mount, "not supported: mount(8) is run with its own defaults",
            "TimeoutSec DirectoryMode SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly"),
        (UnitType.Automount, "automount units need the kernel's autofs, and are not run",
            "ExtraOptions DirectoryMode TimeoutIdleSec"),
        (UnitType.Swap, "swap belongs to the machine, and is not switched here",
            "TimeoutSec Priority"),
        (UnitType.Slice, Obsolete,
            ""),
        (UnitType.Scope, "not supported for scopes",
            "OOMPolicy"),
    ];

    private static IEnumerable<DirectiveRow> OtherTypesRows()
    {
        foreach (var (type, reason, keys) in s_otherTypes)
            foreach (string key in keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(SharedKeys(type)).Distinct())
                yield return Ignored(type.ToString(), key, reason, ReaderOf(type, key));
    }

    /// <summary>Sockets, mounts and swaps start processes; scopes are killed too.</summary>
    private static IEnumerable<string> SharedKeys(UnitType type)
    {
        IEnumerable<string> kill = KillRows().Select(r => r.Key);
        IEnumerable<string> process = ExecRows().Concat(SecurityRows()).Concat(SandboxRows()).Concat(SchedulingRows()).Concat(TerminalRows()).Concat(CredentialRows()).Concat(StreamRows()).Concat(LimitRows()).Concat(IgnoredRows()).Select(r => r.Key);
        return type switch
        {
            UnitType.Socket or UnitType.Mount or UnitType.Swap => process.Concat(kill),
            UnitType.Slice => ["NetClass"],
            UnitType.Scope => KillRows().Where(r => r.Support == Support.Ignored).Select(r => r.Key).Append("NetClass"),
            _ => [],
        };
    }
}
