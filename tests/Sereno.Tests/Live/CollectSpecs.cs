using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Units that are over are forgotten by a real instance as well, with all that it had of them.</summary>
[Collection(Live.Name)]
public sealed class CollectSpecs
{
    [Fact]
    public void Hundreds_of_instances_that_start_and_stop_leave_no_unit_group_or_descriptor_behind()
    {
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/once@.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n");
            File.WriteAllText($"{folder}/units/stays@.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        });
        Start(0, 20);
        // The journal keeps logs open, a bounded number of them, whatever units there are.
        int[] roles = [sereno.Pid, sereno.ManagerPid];
        int[] before = [.. roles.Select(Proc.Descriptors)];
        string[] units = Units();
        Start(20, 320);
        Live.Eventually(() => Units().SequenceEqual(units), () => string.Join('\n', Units().Except(units)));
        Live.Eventually(() => roles.Select(Proc.Descriptors).Zip(before).All(n => n.First <= n.Second), () => $"{string.Join(' ', roles.Select(Proc.Descriptors))} instead of {string.Join(' ', before)}");
        // What is forgotten is found again in its file.
        Assert.Contains("inactive (dead)", sereno.Run("status", "once@7").Output);
        sereno.Do("start", "stays@7");
        sereno.Expect("stays@7.service", "active", "running");

        void Start(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                sereno.Manager.WaitForJob(sereno.Manager.StartUnit($"once@{i}.service"), TimeSpan.FromSeconds(30));
                if (i % 4 != 0)
                    continue;
                sereno.Manager.WaitForJob(sereno.Manager.StartUnit($"stays@{i}.service"), TimeSpan.FromSeconds(30));
                sereno.Manager.WaitForJob(sereno.Manager.StopUnit($"stays@{i}.service"), TimeSpan.FromSeconds(30));
            }
        }

        string[] Units() => [.. sereno.Manager.ListUnits().Select(u => u.Id).Order(StringComparer.Ordinal)];
    }

    /// <summary>A client in a hurry isn't answered any more; who looks sees why, and a start brings the service back.</summary>
    [Fact]
    public void A_service_that_crashes_with_every_client_ends_its_socket_only_and_a_start_recovers_it()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        int port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\nAccept=yes\nTriggerLimitIntervalSec=1h\nTriggerLimitBurst=10\n");
            File.WriteAllText($"{folder}/units/a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/sh -c 'kill -SEGV $$$$'\n");
            File.WriteAllText($"{folder}/units/other.service", "[Service]\nExecStart=/bin/sleep infinity\n");
        });
        sereno.Do("start", "other", "a.socket");
        int manager = sereno.ManagerPid, other = sereno.State("other.service").Main;
        Live.Eventually(() => Connects() && sereno.State("a.socket").Active == "failed", () => $"{sereno.State("a.socket")}");
        Assert.Equal("trigger-limit-hit", sereno.State("a.socket").Result);
        Assert.InRange(sereno.Manager.ListUnits().Count(u => u.Id.StartsWith("a@", StringComparison.Ordinal)), 1, 10);
        Assert.Contains("a.socket: Trigger limit hit, refusing further activation.", sereno.Do("logs", "a.socket").Output);
        Assert.Equal((manager, other), (sereno.ManagerPid, sereno.State("other.service").Main));
        File.WriteAllText($"{sereno.Units}/a@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/echo well\n");
        sereno.Do("daemon-reload");
        sereno.Do("reset-failed");
        sereno.Do("start", "a.socket");
        Assert.Equal("well\n", sereno.Do("connect", "a.socket").Output);
        Live.Eventually(() => sereno.Manager.ListUnits().All(u => !u.Id.StartsWith("a@", StringComparison.Ordinal)), () => "no instance left");

        bool Connects()
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, port);
            }
            catch (SocketException) { } // it has ended
            return true;
        }
    }
}
