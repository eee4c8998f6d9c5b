using Sereno.Tests.Sockets;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>An account's own instance, in a network of its own, where the kernel keeps the ports below 1024 for the privileged (ip(7)).</summary>
[Collection(Live.Name)]
public sealed class ForbiddenPortSpecs
{
    private const uint Nobody = 65534;

    [Fact]
    public void A_port_below_1024_and_an_address_that_is_not_there_yet_say_what_to_do() => NetworkNamespace.Run(() =>
    {
        Live.Require();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to run as another account");
        Assert.SkipUnless(Command.Run("setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "test", "-x", Live.Executable!).Status == 0, "other accounts can't run the executable");
        using var sereno = new LiveInstance(folder =>
        {
            foreach (var (name, setting) in new[] { ("low", "ListenStream=127.0.0.1:80"), ("later", "ListenStream=192.0.2.7:8080"), ("free", "ListenStream=192.0.2.7:8080\nFreeBind=yes"), ("high", "ListenStream=127.0.0.1:8080") })
            {
                File.WriteAllText($"{folder}/units/{name}.socket", $"[Socket]\n{setting}\n");
                File.WriteAllText($"{folder}/units/{name}.service", "[Service]\nExecStart=/bin/true\n");
            }
        }, account: Nobody);
        Assert.Equal((1, 1, 0, 0), (sereno.Run("start", "low.socket").Status, sereno.Run("start", "later.socket").Status, sereno.Run("start", "free.socket").Status, sereno.Run("start", "high.socket").Status));
        string log = sereno.Do("logs").Output;
        Assert.Contains("low.socket: Failed to listen on sockets: cannot listen on port 80: Permission denied: a port below 1024 needs CAP_NET_BIND_SERVICE; " +
            "1024 and above need nothing, and so would this one with net.ipv4.ip_unprivileged_port_start=80 (ip(7))\n", log);
        Assert.Contains("later.socket: Failed to listen on sockets: cannot listen on port 8080: Cannot assign requested address: no interface has 192.0.2.7 now; FreeBind=yes listens before it comes\n", log);
        Assert.Equal(("listening", "listening"), (sereno.State("free.socket").Sub, sereno.State("high.socket").Sub));
    });
}
