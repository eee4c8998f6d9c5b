using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>
/// What takes minutes, and is run when it is asked for (-explicit only): what the tests of <see cref="ServerModeSpecs"/> show with
/// fewer. On a machine with two cores and a load of 40
/// 100,000 connections took ten minutes, a thousand restarts one.
/// </summary>
[Collection(Live.Name)]
public sealed class EnduranceSpecs(ITestOutputHelper output)
{
    private readonly record struct Standing(int Keeper, int Manager, int Journal, int Units, int Groups, int Logs);

    [Fact(Explicit = true)]
    public void A_hundred_thousand_connections_in_a_row_leave_nothing_behind()
    {
        const int connections = 100_000;
        int port = FreePort();
        using var sereno = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream={port}\nAccept=yes\nMaxConnections=200\nTriggerLimitIntervalSec=0\n");
            File.WriteAllText($"{folder}/units/a@.service", $"[Service]\nStandardInput=socket\nExecStart={folder}/servers answer\n");
        });
        sereno.Do("start", "a.socket");
        Load(1000);
        var (before, memoryBefore) = (Stand(), Memory());
        var clock = Stopwatch.StartNew();
        Load(connections);
        output.WriteLine($"{connections} connections in {clock.Elapsed.TotalSeconds:0} s");
        // Who has just hung up may not have been noticed yet.
        Standing after = default;
        Live.Within(20, () => (after = Stand()) is var now && now.Keeper <= before.Keeper && now.Manager <= before.Manager && now.Journal <= before.Journal && now.Units == before.Units && now.Groups == before.Groups);
        int[] memoryAfter = Memory();
        output.WriteLine($"before: {before}; PSS of keeper, manager and journal {string.Join(" + ", memoryBefore)} KiB");
        output.WriteLine($"after: {after}; PSS {string.Join(" + ", memoryAfter)} KiB");
        Assert.InRange(after.Keeper, 0, before.Keeper);
        Assert.InRange(after.Manager, 0, before.Manager);
        Assert.InRange(after.Journal, 0, before.Journal);
        Assert.Equal((before.Units, before.Groups), (after.Units, after.Groups));
        Assert.Equal(0, after.Logs); // files of the journal are everybody's
        Assert.InRange(memoryAfter.Sum(), 0, memoryBefore.Sum() + 8192);

        void Load(int count)
        {
            var loaded = Command.Run(TimeSpan.FromHours(1), $"{sereno.Folder}/servers", "load", $"{port}", $"{count}", "8");
            Assert.Equal("0", loaded.Output.Split(' ')[3]);
            Live.Eventually(() => sereno.Manager.Unit("a.socket").GetAll().TryGetValue("NConnections", out var now) && now.Scalar is 0u, () => "all served", 60);
            sereno.Disconnect();
        }

        // What a burst needed goes back a little later: the least of ten seconds.
        int[] Memory()
        {
            int[] least = [.. Roles().Select(Proc.PssKilobytes)];
            Live.Within(10, () =>
            {
                int[] now = [.. Roles().Select(Proc.PssKilobytes)];
                least = now.Sum() < least.Sum() ? now : least;
                return false;
            });
            return least;
        }

        Standing Stand()
        {
            int[] counts = [.. Roles().Select(Proc.Descriptors)];
            return new(counts[0], counts[1], counts[2], sereno.Do("list-units", "--all", "--no-legend").Output.Split('\n').Length,
                Groups(), Directory.GetFiles($"{sereno.Folder}/log", "*", SearchOption.AllDirectories).Count(f => Path.GetFileName(f).StartsWith("a@", StringComparison.Ordinal)));
        }

        int[] Roles() => [sereno.Pid, sereno.ManagerPid, sereno.JournalPid];

        int Groups() => Sereno.Linux.Cgroup.Writable(out _) is { } own
            && Path.Combine(own.Folder, "sereno-" + Sereno.Units.Model.UnitName.Escape(sereno.Folder.Trim('/'))) is var folder && Directory.Exists(folder)
            ? Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Length : 0;
    }

    [Fact(Explicit = true)]
    public void A_thousand_restarts_under_load_from_64_clients_refuse_nobody()
    {
        int port = FreePort();
        using var sereno = new LiveInstance(folder =>
        {
            Compile(folder);
            File.WriteAllText($"{folder}/units/a.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\nTriggerLimitIntervalSec=0\n");
            File.WriteAllText($"{folder}/units/a.service", $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart={folder}/servers serve\n");
        });
        sereno.Do("start", "a.socket");
        string load = $"{sereno.Folder}/load", over = $"{sereno.Folder}/over";
        using var clients = Command.Start("/bin/sh", "-c", $"while [ ! -e {over} ]; do {sereno.Folder}/servers load {port} 2000 64 >>{load} 2>&1 || echo FAILED >>{load}; done");
        var clock = Stopwatch.StartNew();
        try
        {
            sereno.Expect("a.service", "active", "running");
            for (int i = 0; i < 1000; i++)
                sereno.Manager.WaitForJob(sereno.Manager.RestartUnit("a.service"), TimeSpan.FromMinutes(1));
        }
        finally
        {
            File.WriteAllText(over, "");
            Assert.True(clients.WaitForExit(120_000), "the clients don't come to an end");
        }
        string[][] rounds = [.. File.ReadAllLines(load).Select(l => l.Split(' '))];
        output.WriteLine($"1000 restarts in {clock.Elapsed.TotalSeconds:0} s, {rounds.Length * 2000} connections meanwhile");
        Assert.NotEmpty(rounds);
        Assert.All(rounds, r => Assert.Equal("0", Assert.Single(r.Skip(3).Take(1)))); // none without its answer
    }

    private static void Compile(string folder) =>
        Assert.Equal(0, Command.Run("cc", "-O1", "-o", $"{folder}/servers", $"{Live.Repository}/tests/bench/servers.c").Status);

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
