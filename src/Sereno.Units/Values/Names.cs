using Sereno.Units.Model;

namespace Sereno.Units.Values;

/// <summary>The words of the enumerations that unit files use, in the enum's order.</summary>
public static class Names
{
    public static readonly string[] ServiceTypes = ["simple", "exec", "forking", "oneshot", "dbus", "notify", "idle", "notify-reload"];
    public static readonly string[] RestartPolicies = ["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"];
    public static readonly string[] NotifyAccesses = ["none", "main", "exec", "all"];
    public static readonly string[] KillModes = ["control-group", "process", "mixed", "none"];
    public static readonly string[] TimeoutFailureModes = ["terminate", "abort", "kill"];
    public static readonly string[] OomPolicies = ["continue", "stop", "kill"];
    public static readonly string[] LoadStates = ["loaded", "not-found", "bad-setting", "error", "masked"];

    public static string Of(ServiceType type) => ServiceTypes[(int)type];
    public static string Of(RestartPolicy policy) => RestartPolicies[(int)policy];
    public static string Of(NotifyAccess access) => NotifyAccesses[(int)access];
    public static string Of(KillMode mode) => KillModes[(int)mode];
    public static string Of(TimeoutFailureMode mode) => TimeoutFailureModes[(int)mode];
    public static string Of(OomPolicy policy) => OomPolicies[(int)policy];
    public static string Of(LoadState state) => LoadStates[(int)state];
}
