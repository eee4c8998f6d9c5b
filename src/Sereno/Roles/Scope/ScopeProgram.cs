using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Roles.Scope;

/// <summary>What a unit's program looks things up in, and counts in.</summary>
/// <param name="Networks">Who is in scope besides this machine (<see cref="NetworkMap"/>); null: nobody.</param>
/// <param name="Flows">Who was written to by sockets that are connected to nobody, and when.</param>
/// <param name="Counters">Of the unit: see <see cref="ScopeProgram.Refused"/>.</param>
/// <param name="Told">Where refusals are told.</param>
/// <param name="IsZoned">A link-local address is looked up with its interface.</param>
internal readonly record struct ScopeMaps(Fd? Networks, Fd Flows, Fd Counters, Fd Told, bool IsZoned);

/// <summary>
/// Scope= as programs at the unit's control group (docs/decisions/0014-who-may-begin.md). They look only at packets for sockets that
/// listen, and at UDP for sockets that are connected to nobody: whom the service has turned to itself may answer.
/// </summary>
internal static class ScopeProgram
{
    public const string Name = "sereno_scope", CountersName = "sereno_refused", FlowsName = "sereno_flows";

    /// <summary>What the counters are: packets that were refused, and when one was told last (CLOCK_MONOTONIC, nanoseconds).</summary>
    public const int Refused = 0, LastTold = 1, CounterCount = 2;

    /// <summary>Bytes of a flow's key: the socket's cookie, a length, family and address.</summary>
    public const int FlowKey = 32;

    /// <summary>Bytes of what is told: unit, port, protocol, family and address.</summary>
    public const int Record = 32;

    // struct __sk_buff and struct bpf_sock (linux/bpf.h).
    private const int Protocol = 16, Interface = 40, Socket = 168, Type = 8, SocketProtocol = 12, Port = 44, State = 72;

    // ETH_P_IP and ETH_P_IPV6 in the network's order; lo is interface 1 of every network namespace; TCP_LISTEN, TCP_CLOSE.
    private const int IPv4 = 0x0008, IPv6 = 0xDD86, Loopback = 1, Listening = 10, Closed = 7;

    // On the stack: the address, before it its family and a prefix length, which is a key of the networks; before that two words, then a time.
    private const int Address = -16, Family = -20, Length = -24, Start = -32, Time = -40;

    /// <summary>How long whom we have written to may answer, in units of 2^30 ns: as long as in nf_conntrack's udp_timeout_stream, about.</summary>
    private const int AnswerTime = 120;

    /// <param name="unit">What the records say that they are of.</param>
    public static BpfCode Ingress(ScopeMaps maps, int unit)
    {
        var code = new BpfCode();
        Begin(code, "pass");
        code.Load(2, 8, State).Set(9, 0).JumpIfEqual(2, Listening, "listens");
        OnlyUnconnected(code, "pass");
        code.Set(9, 1).Place("listens");
        ReadAddress(code, source: true, maps.IsZoned, "pass");
        InScope(code, maps, "pass");
        // Was it written to, by this socket, not long ago?
        code.JumpIfEqual(9, 0, "refuse");
        FlowKeyOf(code, maps);
        code.Call(libc.BPF_FUNC_map_lookup_elem).JumpIfEqual(0, 0, "refuse")
            .Load64(7, 0, 0).Call(libc.BPF_FUNC_ktime_get_ns).Subtract(0, 7).ShiftRight(0, 30).JumpIfGreater(0, AnswerTime, "refuse").Jump("pass")
            .Place("refuse");
        Counter(code, maps, Refused);
        code.JumpIfEqual(0, 0, "drop").Set(1, 1).AddAtomically(0, 1);
        // Once a second is enough to say so.
        Counter(code, maps, LastTold);
        code.JumpIfEqual(0, 0, "drop").Move(7, 0).Call(libc.BPF_FUNC_ktime_get_ns)
            .Load64(1, 7, 0).Move(2, 0).Subtract(2, 1).ShiftRight(2, 30).JumpIfEqual(2, 0, "drop").Store64(7, 0, 0)
            .StoreValue(10, Start, unit).Load(1, 8, Port).Store(10, Start + 4, 1).Load(1, 8, SocketProtocol).Store(10, Length, 1)
            .LoadMap(1, maps.Told).Move(2, 10).AddValue(2, Start).Set(3, Record).Set(4, 0).Call(libc.BPF_FUNC_ringbuf_output)
            .Place("drop").Return(0)
            .Place("pass");
        return code.Return(1);
    }

    /// <summary>Notes to whom an unconnected socket writes, if he is one whose packets would be refused otherwise.</summary>
    public static BpfCode Egress(ScopeMaps maps)
    {
        var code = new BpfCode();
        Begin(code, "pass");
        code.Load(2, 8, State);
        OnlyUnconnected(code, "pass");
        ReadAddress(code, source: false, maps.IsZoned, "pass");
        InScope(code, maps, "pass");
        code.Call(libc.BPF_FUNC_ktime_get_ns).Store64(10, Time, 0);
        FlowKeyOf(code, maps);
        code.Move(3, 10).AddValue(3, Time).Set(4, 0).Call(libc.BPF_FUNC_map_update_elem)
            .Place("pass");
        return code.Return(1);
    }

    /// <summary>R6 is the packet, R8 its socket. From lo comes what this machine has sent, whichever of its addresses it uses; others can't make it seem so.</summary>
    private static void Begin(BpfCode code, string pass) => code
        .Move(6, 1).Load64(1, 6, Socket).JumpIfEqual(1, 0, pass).Call(libc.BPF_FUNC_sk_fullsock).JumpIfEqual(0, 0, pass).Move(8, 0)
        .Load(2, 6, Interface).JumpIfEqual(2, Loopback, pass);

    /// <summary>R2 is the socket's state. UDP has that of a closed socket until connect(2).</summary>
    private static void OnlyUnconnected(BpfCode code, string pass) => code
        .JumpUnlessEqual(2, Closed, pass).Load(2, 8, Type).JumpUnlessEqual(2, libc.SOCK_DGRAM, pass)
        .Load(2, 8, SocketProtocol).JumpIfEqual(2, libc.IPPROTO_UDP, "datagram").JumpUnlessEqual(2, libc.IPPROTO_UDPLITE, pass).Place("datagram");

    /// <summary>Of the packet's header (RFC 791 3.1, RFC 8200 3).</summary>
    private static void ReadAddress(BpfCode code, bool source, bool zoned, string pass)
    {
        code.Load(7, 6, Protocol).StoreValue(10, Length, NetworkMap.KeyBits).JumpIfEqual(7, IPv6, "six").JumpUnlessEqual(7, IPv4, pass)
            .StoreValue(10, Family, libc.AF_INET).StoreValue(10, Address + 4, 0).StoreValue(10, Address + 8, 0).StoreValue(10, Address + 12, 0);
        Load(source ? 12 : 16, 4);
        code.Jump("read").Place("six").StoreValue(10, Family, libc.AF_INET6);
        Load(source ? 8 : 24, 16);
        if (zoned)
            code.Load(2, 10, Address).And(2, 0xC0FF).JumpUnlessEqual(2, 0x80FE, "read") // fe80::/10
                .Load(2, 6, Interface).Or(2, NetworkMap.Zoned).Store(10, Family, 2);
        code.Place("read");

        void Load(int from, int bytes) => code.Move(1, 6).Set(2, from).Move(3, 10).AddValue(3, Address).Set(4, bytes).Call(libc.BPF_FUNC_skb_load_bytes);
    }

    private static void InScope(BpfCode code, ScopeMaps maps, string pass)
    {
        if (maps.Networks is { } networks)
            code.LoadMap(1, networks).Move(2, 10).AddValue(2, Length).Call(libc.BPF_FUNC_map_lookup_elem).JumpUnlessEqual(0, 0, pass);
    }

    /// <summary>R1 and R2: the map and the key.</summary>
    private static void FlowKeyOf(BpfCode code, ScopeMaps maps) => code
        .Move(1, 6).Call(libc.BPF_FUNC_get_socket_cookie).Store64(10, Start, 0)
        .LoadMap(1, maps.Flows).Move(2, 10).AddValue(2, Start);

    private static void Counter(BpfCode code, ScopeMaps maps, int index) =>
        code.StoreValue(10, Time, index).LoadMap(1, maps.Counters).Move(2, 10).AddValue(2, Time).Call(libc.BPF_FUNC_map_lookup_elem);
}
