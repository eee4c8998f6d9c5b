using Sereno.Sockets.Ports;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

/// <summary>What a person reads of sockets, ports and connections. State and scope names are the same in every language.</summary>
public abstract partial class SocketTexts
{
    /// <summary>What a socket admits that is open further than its unit declares: what is declared where others are refused, else what it is open to.</summary>
    public abstract string WiderThan(string declared, string open, bool othersAreRefused);

    /// <summary>Who keeps a unit to its Scope=, or why nobody does.</summary>
    public abstract string ScopeHold(string heldBy, string problem);

    public abstract string ClassName(PortClass portClass);
    public abstract string PhaseName(TcpPhase phase);
    public abstract string NotAPort(string word);
    public abstract string NoPorts { get; }
    public abstract string NoSockets { get; }
    public abstract string NothingToTrace { get; }
    public abstract string Hidden { get; }
    public abstract string Elsewhere { get; }
    public abstract string EphemeralNote(EphemeralRange range);
    /// <param name="processes">How many could not be looked at; 0 where it isn't known.</param>
    /// <param name="mayTrace">We have CAP_SYS_PTRACE: more rights wouldn't help.</param>
    public abstract string HiddenNote(int processes, bool mayTrace);
    public abstract string InconsistentNote { get; }
    public abstract string NoNamespace(string selector);
    public abstract string ForbiddenNamespace(string name);
    public abstract string HiddenNamespaces(int processes, bool mayTrace);
}
