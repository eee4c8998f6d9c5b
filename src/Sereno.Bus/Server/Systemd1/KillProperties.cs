using Sereno.Units.Model;

namespace Sereno.Bus.Server.Systemd1;

/// <summary>The properties of systemd.kill(5), on every unit type that has processes.</summary>
internal static class KillProperties
{
    public static void Add<T>(BusInterface<T> table, Func<T, KillContext> get) where T : class => table
        .String("KillMode", t => Words.Of(get(t).Mode), Emits.Const)
        .Int32("KillSignal", t => get(t).Signal, Emits.Const)
        .Int32("RestartKillSignal", t => get(t).RestartSignal ?? get(t).Signal, Emits.Const)
        .Int32("FinalKillSignal", t => get(t).FinalSignal, Emits.Const)
        .Bool("SendSIGKILL", t => get(t).SendSigkill, Emits.Const)
        .Bool("SendSIGHUP", t => get(t).SendSighup, Emits.Const)
        .Int32("WatchdogSignal", t => get(t).WatchdogSignal, Emits.Const);
}
