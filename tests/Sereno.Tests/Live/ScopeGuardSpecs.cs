using System.Net;
using Sereno.Linux;
using Sereno.Roles.Scope;
using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Scope= of who has been accepted, on this machine's own networks.</summary>
public sealed class ScopeGuardSpecs
{
    private static readonly SerenoSettings s_local = new() { Audience = Audience.Local }, s_intranet = new() { Audience = Audience.Intranet },
        s_list = new() { Audience = Audience.Intranet, Intranet = [.. AddressPrefix.Parse("192.0.2.0/24"), .. AddressPrefix.Parse("fe80::/10")] };

    [Fact]
    public void This_machine_is_its_own_addresses_and_its_own_vsock_context()
    {
        using var loop = new EpollLoop();
        using var guard = new ScopeGuard(loop, (_, _, _) => { });
        foreach (var scope in (SerenoSettings[])[s_local, s_intranet, s_list])
            foreach (string own in (string[])["127.0.0.1", "127.9.9.9", "::1"])
                Assert.True(guard.Admits(scope, new(IPAddress.Parse(own), null, 80)));
        Assert.False(guard.Admits(s_local, new(IPAddress.Parse("192.0.2.7"), null, 80)));
        Assert.True(guard.Admits(s_list, new(IPAddress.Parse("192.0.2.7"), null, 80)));
        Assert.True(guard.Admits(s_list, new(IPAddress.Parse("fe80::77"), null, 80, Zone: 999))); // of any link, as it is listed
        Assert.False(guard.Admits(s_local, new(IPAddress.Parse("fe80::77"), null, 80, Zone: 999)));
        Assert.True(guard.Admits(s_local, new(null, null, 0))); // a Unix socket's

        // VMADDR_CID_LOCAL; a guest that isn't us; the host is another machine, unless we are it.
        uint guest = Vsock.IsOwn(4711) ? 4712u : 4711;
        foreach (var scope in (SerenoSettings[])[s_local, s_intranet, s_list])
            Assert.True(guard.Admits(scope, new(null, 1, 80)));
        Assert.Equal((false, true, false), (guard.Admits(s_local, new(null, guest, 80)), guard.Admits(s_intranet, new(null, guest, 80)), guard.Admits(s_list, new(null, guest, 80))));
        Assert.Equal(Vsock.IsOwn(2), guard.Admits(s_local, new(null, 2, 80)));
    }
}
