using Sereno.Linux;
using Sereno.Units.Model;

namespace Sereno.Roles.Resources;

/// <summary>SocketBindAllow=, SocketBindDeny= and RestrictNetworkInterfaces= (systemd.resource-control(5)) as programs.</summary>
internal static class SocketPrograms
{
    // struct bpf_sock_addr and struct __sk_buff (linux/bpf.h).
    private const int Port = 24, Protocol = 36, Interface = 40;

    /// <summary>What is allowed may be bound to, then what is denied may not (EPERM), then all may.</summary>
    /// <param name="family">AF_INET or AF_INET6: there is a program for each.</param>
    public static BpfCode Bind(NetworkControl network, int family)
    {
        var code = new BpfCode().Load(2, 1, Port).FromNetwork16(2).Load(3, 1, Protocol);
        if (!Match(code, network.BindAllow, family, 1) && !Match(code, network.BindDeny, family, 0))
            code.Return(1);
        return code;
    }

    /// <returns>True when a rule is for everything: what would come after it is never reached, which the verifier dislikes.</returns>
    private static bool Match(BpfCode code, IReadOnlyList<SocketBindRule> rules, int family, int verdict)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (rule.Family != 0 && rule.Family != family)
                continue;
            string next = $"{verdict}-{i}";
            if (rule.Protocol != 0)
                code.JumpUnlessEqual(3, rule.Protocol, next);
            if (rule.Ports > 0)
                code.JumpIfLess(2, rule.FirstPort, next).JumpIfGreater(2, rule.FirstPort + rule.Ports - 1, next);
            code.Return(verdict).Place(next);
            if (rule is { Protocol: 0, Ports: 0 })
                return true;
        }
        return false;
    }

    /// <param name="denies">Those are the forbidden ones; otherwise the only ones, and the loopback interface is none of them unless named.</param>
    public static BpfCode Interfaces(IReadOnlyCollection<int> indexes, bool denies)
    {
        var code = new BpfCode().Load(2, 1, Interface);
        foreach (int index in indexes)
            code.JumpIfEqual(2, index, "listed");
        code.Return(denies ? 1 : 0);
        return indexes.Count > 0 ? code.Place("listed").Return(denies ? 0 : 1) : code;
    }
}
