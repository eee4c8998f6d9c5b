namespace Sereno.Bus.Server.Systemd1;

internal static class TableExtensions
{
    /// <summary>A moment is two properties: NAME on the wall clock, NAMEMonotonic on the other.</summary>
    public static BusInterface<T> Moment<T>(this BusInterface<T> table, string name, Func<T, Timestamp> get, Emits emits = Emits.Never)
        where T : class =>
        table.UInt64(name, t => get(t).Realtime, emits).UInt64(name + "Monotonic", t => get(t).Monotonic, emits);
}
