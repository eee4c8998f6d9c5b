using CsCheck;
using Sereno.Bus;
using Sereno.Bus.Server;
using Sereno.Bus.Server.Systemd1;
using Sereno.Bus.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Bus;

/// <summary>Nobody's calls keep another account waiting, however many connections they come by.</summary>
public sealed class TurnsTests
{
    [Fact]
    public void Accounts_take_turns_and_so_do_the_connections_of_each()
    {
        var turns = new Turns<string>();
        foreach (string flood in (string[])["a1", "a2", "a3"])
            turns.Add(1000, flood);
        turns.Add(0, "root");
        turns.Add(1001, "b1");
        turns.Add(1000, "a1");
        Assert.Equal(["a1", "root", "b1", "a2", "a3"], Drain(turns));
    }

    [Fact]
    public void Who_comes_back_at_once_waits_behind_all_others()
    {
        var turns = new Turns<string>();
        turns.Add(1000, "a1");
        turns.Add(1000, "a2");
        Assert.True(turns.TryTake(out string first));
        turns.Add(1000, first);
        turns.Add(0, "root");
        Assert.Equal(["a2", "root", "a1"], Drain(turns));
    }

    [Fact]
    public void Nobody_waits_for_more_than_one_turn_of_each_other_account() => Gen.Int[0, 3].Array[1, 60].Sample(arrivals =>
    {
        var turns = new Turns<(uint Account, int Number)>();
        for (int i = 0; i < arrivals.Length; i++)
            turns.Add((uint)arrivals[i], ((uint)arrivals[i], i));
        turns.Add(9, (9, 0));
        var order = Drain(turns);
        return order.FindIndex(t => t.Account == 9) <= arrivals.Distinct().Count() && order.Count == arrivals.Length + 1
            && arrivals.Distinct().All(a => order.Where(t => t.Account == a).Select(t => t.Number) is var own && own.SequenceEqual(own.Order()));
    });

    [Fact]
    public void A_turn_ends_after_so_many_calls_and_the_rest_comes_in_the_next()
    {
        string folder = Directory.CreateTempSubdirectory("sereno-bus-").FullName;
        try
        {
            using var loop = new EpollLoop();
            using var server = new BusServer(loop, new Systemd1Tree(new FakeManager(folder)), ownerUid: 0);
            server.Listen($"{folder}/socket", (UnixFileMode)0x1B6);
            var socket = UnixSocket.Create(UnixSocketType.Stream);
            socket.Connect($"{folder}/socket");
            using var client = BusConnection.Connect(socket);
            while (!client.IsReady)
            {
                loop.RunOnce(0);
                server.Work();
                client.OnReadable();
            }
            client.OnWritable();
            const int calls = 2 * BusServer.CallsPerTurn + 1;
            for (int i = 0; i < calls; i++)
                client.Send(MessageHeader.Call(UnitPath.Manager, "org.freedesktop.DBus.Peer", "Ping", ""), default);
            loop.RunOnce(1000);
            Assert.Equal([BusServer.CallsPerTurn, BusServer.CallsPerTurn, 1], (int[])[Answers(), Answers(), Answers()]);
            Assert.False(server.HasWork);

            int Answers()
            {
                Assert.True(server.HasWork);
                server.Work();
                client.OnReadable();
                int count = 0;
                while (client.TryReceive() is not null)
                    count++;
                return count;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<T> Drain<T>(Turns<T> turns) where T : notnull
    {
        var order = new List<T>();
        while (turns.TryTake(out var next))
            order.Add(next);
        return order;
    }
}
