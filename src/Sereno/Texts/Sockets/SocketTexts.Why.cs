using Sereno.Sockets.Diagnosis;

namespace Sereno.Texts;

public abstract partial class SocketTexts
{
    /// <summary>The first line. <paramref name="port"/>: "8080/tcp (http-alt, user port)".</summary>
    public abstract string WhyVerdict(PortDiagnosis diagnosis, string port);

    public abstract string PortWords(string port, string? service, string portClass);

    /// <summary>What is found, one sentence. <paramref name="who"/> is empty when nobody is known.</summary>
    public abstract string WhyFinding(PortFinding finding, LinuxPortsText ports, string address, string who);

    /// <summary>What it means for the wanted address; empty when there is nothing to say.</summary>
    public abstract string WhyOverlap(AddressOverlap overlap);

    /// <summary>Who must act and how; empty when nobody has to.</summary>
    public abstract string WhyAct(PortFinding finding, string? unit, IReadOnlyList<int> pids);

    /// <summary>Several listeners share a port.</summary>
    public abstract string WhyReusePort(string address);

    /// <summary>A unit that should listen there, and what to do.</summary>
    public abstract string WhyIdle(IdleSocketUnit unit);

    /// <summary>The text of bind(2)'s error, where this language has its own; null for strerror(3)'s.</summary>
    public virtual string? BindError(int errno) => null;

    public abstract string WhyTried(string? error, string? errorWithReuse);

    /// <summary>"nginx.service, nginx (pid 12, fd 6) since Sun 2026-11-22 18:00:00 (2h ago)".</summary>
    public abstract string Who(string? unit, string? process, int pid, int fd, int others, string since);

    public abstract string OwnerHidden(bool mayTrace);
    public abstract string OwnerElsewhere { get; }
    public abstract string OwnerUnknown { get; }
}

/// <summary>The kernel's ranges as words.</summary>
public sealed record LinuxPortsText(string Ephemeral, string Reserved, int UnprivilegedStart);
