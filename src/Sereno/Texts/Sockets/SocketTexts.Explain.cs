using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;
using Sereno.Sockets.Wire;

namespace Sereno.Texts;

public abstract partial class SocketTexts
{
    /// <summary>A state's name in this language, beside the RFC's.</summary>
    public abstract string StateWord(TcpState state);

    /// <summary>What a state means, in two or three sentences.</summary>
    public abstract string StateMeaning(TcpState state);

    public abstract string PhaseMeaning(TcpPhase phase);
    public abstract string ClassMeaning(PortClass portClass);
    public abstract string ScopeMeaning(AddressScope scope);
    public abstract string Trigger(TcpTrigger trigger);
    public abstract string ActorWords(Actor actor);
    /// <summary>A source in this language: "RFC 9293, section 3.5".</summary>
    public virtual string Source(string source) => source;

    public abstract string WhoMustAct { get; }
    public abstract string WhatCanFollow { get; }
    public abstract string AlsoCalled { get; }
    public abstract string PhaseWord { get; }
    public abstract string StatesWord { get; }
    public abstract string InvisibleTo { get; }

    /// <summary>The heading of the evidence; 0 for none.</summary>
    public abstract string HereNow(int count);

    public abstract string Idle(string span);
    public abstract string MoreToWait(string span);
    public abstract string Retransmitted(int count);
    public abstract string AcceptQueue(uint waiting, uint limit);
    public abstract string Queues(uint unread, uint unacknowledged);

    /// <summary>Of datagrams the kernel tells the memory that they take, not their payload.</summary>
    public abstract string DatagramQueues(uint receive, uint send);

    /// <param name="listener">ADDRESS:PORT.</param>
    public abstract string WaitsToBeAccepted(string listener, string who);
    public abstract string DropsCounted(uint drops);
    public abstract string PortTitle(ushort port, PortClass portClass);
    public abstract string Unregistered { get; }
    public abstract string LinuxGives(bool ephemeral, string range);
    public abstract string LinuxReserves { get; }
    public abstract string PortZero(string range);
    public abstract string LinuxGivesSome(string parts, string range);
    public abstract string LinkLocalAddress(string? zone);
    public abstract string ProtocolMeaning(Transport transport);
    public abstract string NeedsPrivilege(int start);
    public abstract string AddressTitle(string address, AddressScope scope);
    public abstract string OrdinaryAddress { get; }
    public abstract string BlockOf(string prefix, string name, string source);
    public abstract string OwnAddress(string? interfaceName);
    public abstract string OnLinkAddress { get; }
    public abstract string RoutedAddress { get; }
    public abstract string ConnectionTitle(string first, string second);
    public abstract string ConnectionMeaning { get; }
    public abstract string NoConnection { get; }
    public abstract string UdpMeaning { get; }
    public abstract string NotATopic(string words);
}
