using System.Buffers.Binary;
using System.Net;
using Sereno.Bus.Server.Systemd1;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Manager;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Roles.Scope;

/// <summary>Who was refused: counted by the programs, told by them once a second at most, and logged ever more seldom while it goes on.</summary>
public sealed partial class ScopeGuard
{
    /// <summary>Packets that the unit's program refused: a client that gets no answer tries again, and counts again.</summary>
    public ulong Refused(UnitName name) => _units.TryGetValue(name, out var unit) && unit is { Problem: null, Folder: { } folder } ? Count(folder) : 0;

    /// <param name="narrowed">What narrows its audience; null for nothing.</param>
    /// <returns>Null where the unit says nothing of its audience.</returns>
    public ScopeSnapshot? Describe(Unit unit, SerenoSettings? narrowed)
    {
        bool isKnown = _units.TryGetValue(unit.Name, out var guarded);
        var scope = isKnown ? guarded!.Scope : narrowed ?? unit.Definition.Sereno;
        if (scope?.Audience is null)
            return null;
        var (by, problem) = isKnown || scope.Audience != Audience.Internet ? HoldOf(unit.Name, unit is SocketUnit { Accepts: true }) : ("", "");
        if (by.Length == 0 && scope.Audience != Audience.Internet && unit is SocketUnit { Open.IsEmpty: true })
            by = "closed";
        return new(Words(scope), by, problem, () => Refused(unit.Name));
    }

    private static ulong Count(string folder)
    {
        using var group = Files.TryOpen(folder, libc.O_RDONLY | libc.O_DIRECTORY, out _);
        using var counters = group is null ? null : MapAt(group, ScopeProgram.CountersName);
        return counters is null ? 0 : BpfMap.ReadCounter(counters, ScopeProgram.Refused);
    }

    private void OnTold()
    {
        Span<byte> record = stackalloc byte[ScopeProgram.Record];
        while (_told!.Next(record, out int length))
            if (length == ScopeProgram.Record && _numbered.TryGetValue(BinaryPrimitives.ReadInt32LittleEndian(record), out var unit))
                Tell(unit, NetworkMap.AddressIn(record[12..]), BinaryPrimitives.ReadInt32LittleEndian(record[4..]), BinaryPrimitives.ReadInt32LittleEndian(record[8..]));
    }

    private void Tell(Guarded unit, IPAddress peer, int port, int protocol)
    {
        if (!MayTell(unit))
            return;
        ulong count = unit.Folder is { } folder ? Count(folder) : 0, more = count - Math.Min(count, unit.LastCount + 1);
        unit.LastCount = count;
        string what = protocol switch { libc.IPPROTO_UDP => "udp", libc.IPPROTO_UDPLITE => "udplite", libc.IPPROTO_SCTP => "sctp", _ => "tcp" };
        Tell(unit, $"{peer}", $"at {what} port {port}", more);
    }

    private void Tell(Guarded unit, string peer, string where, ulong more) =>
        log(unit.Name, LogLevel.Notice, $"{unit.Name}: Refused {peer} {where}, who is outside of Scope={Words(unit.Scope)}{(more > 0 ? $" ({more} more since last said)" : "")}.");

    private static bool MayTell(Guarded unit) => unit.Refusals.MaySay(Clock.Now.Monotonic, out _);

    /// <summary>As the unit file has it.</summary>
    public static string Words(SerenoSettings scope) => string.Join(' ', [scope.Audience switch
    {
        Audience.Local => "local",
        Audience.Intranet => "intranet",
        Audience.Internet or null => "internet",
    }, .. scope.Intranet.Select(n => n.ToString())]);
}
