using Sereno.Units.Directives;
using Sereno.Units.Model;

namespace Sereno.Units.Load;

/// <summary>Which combinations of settings make no service (systemd refuses the same, in the same words).</summary>
internal static class ServiceRules
{
    /// <summary>The first reason to refuse the service, or null.</summary>
    public static string? Refusal(ServiceDefinition service, UnitBuilder unit)
    {
        bool oneshot = service.Type == ServiceType.Oneshot, starts = service.ExecStart.Length > 0;
        if (!starts && service.ExecStop.IsEmpty && !unit.HasSuccessAction)
            return "Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.";
        if (!oneshot && !starts)
            return "Service has no ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.";
        if (!service.RemainAfterExit && !starts && !unit.HasSuccessAction)
            return "Service has no ExecStart= and no SuccessAction= settings and does not have RemainAfterExit=yes set. Refusing.";
        if (!oneshot && service.ExecStart.Length > 1)
            return "Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.";
        if (oneshot && service.Restart is RestartPolicy.Always or RestartPolicy.OnSuccess)
            return "Service has Restart= set to either always or on-success, which isn't allowed for Type=oneshot services. Refusing.";
        if (oneshot && service.RestartForceExitStatus is not { Codes.IsEmpty: true, Signals.IsEmpty: true })
            return "Service has RestartForceExitStatus= set, which isn't allowed for Type=oneshot services. Refusing.";
        if (oneshot && service.ExitsWithGroup)
            return "Service has ExitType=cgroup set, which isn't allowed for Type=oneshot services. Refusing.";
        if (service.Type == ServiceType.Dbus && service.BusName is null)
            return "Service is of type D-Bus but no D-Bus service name has been specified. Refusing.";
        return null;
    }

    public static IEnumerable<string> Warnings(ServiceDefinition service)
    {
        if (service.RuntimeMaxUsec != ServiceDefinition.Infinity && service.Type == ServiceType.Oneshot)
            yield return "RuntimeMaxSec= has no effect in combination with Type=oneshot. Ignoring.";
        if (service.RuntimeMaxUsec == ServiceDefinition.Infinity && service.RuntimeExtraUsec != 0)
            yield return "Service has RuntimeRandomizedExtraSec= setting, but no RuntimeMaxSec=. Ignoring.";
    }
}
