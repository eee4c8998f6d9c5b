using System.Net.Sockets;
using System.Text;
using Sereno.Journal;
using Sereno.Journal.Intake;
using Sereno.Keeper;
using Sereno.Linux;

switch (args)
{
    case ["keeper", var folder]:
        return KeeperLoop.Run(new()
        {
            Executable = Environment.ProcessPath!,
            ManagerArguments = ["manager", folder + "/rendezvous"],
            JournalArguments = ["journal", folder + "/log"],
            LockPath = folder + "/lock",
            ManagerLog = new StreamMetadata("init.scope", "sereno", ManagerStream: true).Encode(),
        });
    case ["journal", var folder]:
        return JournalLoop.Run(new UnixSocket(new Fd(3)), new() { PersistentFolder = folder, VolatileFolder = folder + "/volatile", RateLimitInterval = 0 });
    case ["manager", var rendezvous]:
        {
            // The test plays the manager with our descriptors; to crash the manager it kills us.
            using var socket = UnixSocket.Create(UnixSocketType.SeqPacket, nonBlocking: false);
            socket.Connect(rendezvous);
            socket.Send("descriptors"u8, [new Fd(3), new Fd(4)]);
            Thread.Sleep(Timeout.Infinite);
            return 0;
        }
    case ["notify", .. var messages]:
        {
            // sd_notify(3) from the main process; "stay" never returns.
            string address = Environment.GetEnvironmentVariable("NOTIFY_SOCKET")!;
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(address.StartsWith('@') ? "\0" + address[1..] : address));
            foreach (string message in messages)
                if (message == "stay")
                    Thread.Sleep(Timeout.Infinite);
                else
                    socket.Send(Encoding.UTF8.GetBytes(message));
            return 0;
        }
    default:
        return 2;
}
