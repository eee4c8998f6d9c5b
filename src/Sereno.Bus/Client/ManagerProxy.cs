using Sereno.Bus.Wire;

namespace Sereno.Bus.Client;

/// <summary>org.freedesktop.systemd1.Manager as methods; every one throws <see cref="BusException"/> with the manager's own words.</summary>
public sealed partial class ManagerProxy(BusClient client)
{
    private const string Interface = "org.freedesktop.systemd1.Manager";

    public BusClient Client { get; } = client;

    /// <summary>Any job verb: StartUnit, StopUnit, RestartUnit, ReloadUnit, TryRestartUnit, ReloadOrRestartUnit, ReloadOrTryRestartUnit.</summary>
    /// <param name="mode">"replace", "fail", "isolate", "ignore-dependencies", ... (systemctl(1), --job-mode=).</param>
    /// <returns>The job's path.</returns>
    public string EnqueueJob(string method, string unit, string mode = "replace") =>
        Call(method, "ss", w => { w.WriteString(unit); w.WriteString(mode); }, "o").Reader.ReadObjectPath();

    public string StartUnit(string unit, string mode = "replace") => EnqueueJob("StartUnit", unit, mode);

    public string StopUnit(string unit, string mode = "replace") => EnqueueJob("StopUnit", unit, mode);

    public string RestartUnit(string unit, string mode = "replace") => EnqueueJob("RestartUnit", unit, mode);

    public string ReloadUnit(string unit, string mode = "replace") => EnqueueJob("ReloadUnit", unit, mode);

    public string TryRestartUnit(string unit, string mode = "replace") => EnqueueJob("TryRestartUnit", unit, mode);

    public string ReloadOrRestartUnit(string unit, string mode = "replace") => EnqueueJob("ReloadOrRestartUnit", unit, mode);

    public string ReloadOrTryRestartUnit(string unit, string mode = "replace") => EnqueueJob("ReloadOrTryRestartUnit", unit, mode);

    /// <summary>Waits until a job that this client queued is gone.</summary>
    /// <returns>"done", "failed", "canceled", "timeout", "dependency", "skipped", ...; null when <paramref name="timeout"/> is over.</returns>
    public string? WaitForJob(string job, TimeSpan? timeout = null)
    {
        string result = "";
        bool Removed(Message signal)
        {
            if (signal.Header is not { Interface: Interface, Member: "JobRemoved", Signature: "uoss" })
                return false;
            var reader = signal.Reader;
            reader.ReadUInt32();
            if (reader.ReadObjectPath() != job)
                return false;
            reader.ReadString();
            result = reader.ReadString();
            return true;
        }
        return Client.WaitForSignal(Removed, timeout ?? Timeout.InfiniteTimeSpan) is null ? null : result;
    }

    /// <param name="whom">"main", "control" or "all"; with "-fail" appended it is an error when there is nobody.</param>
    public void KillUnit(string unit, int signal, string whom = "all") =>
        Call("KillUnit", "ssi", w => { w.WriteString(unit); w.WriteString(whom); w.WriteInt32(signal); });

    public void ResetFailedUnit(string unit) => Call("ResetFailedUnit", "s", w => w.WriteString(unit));

    public void ResetFailed() => Call("ResetFailed");

    public void CancelJob(uint id) => Call("CancelJob", "u", w => w.WriteUInt32(id));

    /// <summary>Reads all unit files anew; returns when it is done.</summary>
    public void Reload() => Call("Reload", timeout: Timeout.InfiniteTimeSpan);

    public void Subscribe() => Call("Subscribe");

    public void Exit() => Call("Exit");

    /// <summary>Makes a unit by its settings, each as the unit file words it, and starts it.</summary>
    /// <param name="pids">Of a scope.</param>
    /// <param name="triggered">What the unit, a timer, starts.</param>
    /// <param name="streams">Standard input, output and error.</param>
    /// <param name="addRef">The unit stays as long as this connection does, to be asked how it ended.</param>
    /// <returns>The job's path.</returns>
    public string StartTransientUnit(string unit, IEnumerable<KeyValuePair<string, string>> settings, IEnumerable<uint>? pids = null,
        (string Unit, IEnumerable<KeyValuePair<string, string>> Settings)? triggered = null, IReadOnlyList<Linux.Fd>? streams = null, bool addRef = false) =>
        Call("StartTransientUnit", "ssa(sv)a(sa(sv))", w =>
        {
            w.WriteString(unit);
            w.WriteString("fail");
            WriteSettings(w, settings, pids, streams?.Count ?? 0, addRef);
            using var others = w.Array('(');
            if (triggered is not var (name, its))
                return;
            w.WriteStruct();
            w.WriteString(name);
            WriteSettings(w, its, null);
        }, "o", fds: streams).Reader.ReadObjectPath();

    private static readonly string[] s_streams = ["StandardInputFileDescriptor", "StandardOutputFileDescriptor", "StandardErrorFileDescriptor"];

    private static void WriteSettings(MessageWriter w, IEnumerable<KeyValuePair<string, string>> settings, IEnumerable<uint>? pids, int streams = 0, bool addRef = false)
    {
        using var properties = w.Array('(');
        foreach (var (key, value) in settings)
        {
            w.WriteStruct();
            w.WriteString(key);
            w.WriteVariant("s");
            w.WriteString(value);
        }
        for (int i = 0; i < streams; i++)
        {
            w.WriteStruct();
            w.WriteString(s_streams[i]);
            w.WriteVariant("h");
            w.WriteUnixFd((uint)i);
        }
        if (addRef)
        {
            w.WriteStruct();
            w.WriteString("AddRef");
            w.WriteVariant("b");
            w.WriteBool(true);
        }
        if (pids is null)
            return;
        w.WriteStruct();
        w.WriteString("PIDs");
        w.WriteVariant("au");
        using var list = w.Array('u');
        foreach (uint pid in pids)
            w.WriteUInt32(pid);
    }

    /// <summary>The path of a unit that is loaded.</summary>
    /// <exception cref="BusException">NoSuchUnit when it is not.</exception>
    public string GetUnit(string unit) => Call("GetUnit", "s", w => w.WriteString(unit), "o").Reader.ReadObjectPath();

    public string GetUnitByPid(uint pid) => Call("GetUnitByPID", "u", w => w.WriteUInt32(pid), "o").Reader.ReadObjectPath();

    /// <summary>The path of a unit, which is loaded if it was not; it may turn out not to exist (LoadState "not-found").</summary>
    public string LoadUnit(string unit) => Call("LoadUnit", "s", w => w.WriteString(unit), "o").Reader.ReadObjectPath();

    public UnitProxy Unit(string name) => new(Client, name);

    private Message Call(string member, string signature = "", Action<MessageWriter>? body = null, string reply = "", TimeSpan? timeout = null,
        IReadOnlyList<Linux.Fd>? fds = null) => Client.Call(UnitPath.Manager, Interface, member, signature, body, reply, timeout, fds: fds);
}
