using Sereno.Sockets.Diag;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Views;
using Sereno.Sockets.Wire;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>Once buffers have grown, a socket costs no memory: twice as many allocate no more.</summary>
public class AllocationSpecs
{
    // ss's table is laid out in parts of 5 MiB: both sizes are beyond the first.
    private const int Many = 120_000;

    // A few hundred bytes may be the runtime's own, but not one for each socket.
    private const long Noise = 2_000;

    [Fact]
    public void Reading_what_the_kernel_says()
    {
        byte[] message = new byte[512];
        int length = InetDiag.Write(message, Socket(1), 1);
        long ports = 0;
        AssertFlat(count =>
        {
            for (int i = 0; i < count; i++)
            {
                var reader = new NetlinkReader(message.AsSpan(0, length));
                while (reader.Next(out var found))
                    if (InetDiag.TryRead(found.Payload, SocketProtocol.Tcp, out var socket))
                        ports += socket.LocalPort;
            }
        });
        Assert.True(ports > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Printing_as_ss(bool processes)
    {
        var options = new SsOptions { Numeric = true, Processes = processes };
        var owners = processes ? Owners() : OwnerIndex.Empty;
        AssertFlat(count =>
        {
            var view = new SsView(SocketTables.Tcp, options, owners, new(), ProcFiles.Running, Stream.Null, null);
            for (int i = 0; i < count; i++)
                view.Take(Socket(i));
            view.Finish();
        });
    }

    [Fact]
    public void Looking_for_owners()
    {
        var owners = Owners();
        long fds = 0;
        AssertFlat(count =>
        {
            for (int i = 0; i < count; i++)
                for (int h = owners.LastOf(Socket(i).Inode); h >= 0; h = owners[h].Next)
                    fds += owners[h].Fd + owners.Processes[owners[h].Process].Pid;
        });
        Assert.True(fds > 0);
    }

    private static void AssertFlat(Action<int> work)
    {
        work(Many);
        long few = Allocated(work, Many), twice = Allocated(work, 2 * Many);
        Assert.InRange(twice - few, -Noise, Noise);
    }

    private static long Allocated(Action<int> work, int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work(count);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static SocketRecord Socket(int i) => new()
    {
        Protocol = SocketProtocol.Tcp,
        State = TcpState.Established,
        IsIPv4 = true,
        Local = new(true, 0, 0x7F000001),
        Remote = new(true, 0, 0x7F000001u + (uint)(i / 60_000)),
        LocalPort = (ushort)(1024 + i % 60_000),
        RemotePort = 8080,
        Inode = (uint)(i % 50_000) + 1,
    };

    private static OwnerIndex Owners()
    {
        var builder = new OwnerIndexBuilder();
        for (int i = 0; i < 50_000; i++)
        {
            if (i % 25 == 0)
                builder.BeginProcess(1000 + i / 25, [.. "server"u8]);
            builder.Add(3 + i % 25, (uint)i + 1);
        }
        return builder.Build(OwnerMethod.Proc, byThread: false);
    }
}
