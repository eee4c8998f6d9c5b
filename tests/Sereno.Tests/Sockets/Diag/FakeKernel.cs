using System.Buffers.Binary;
using Sereno.Linux;
using Sereno.Tests.Sockets.Wire;

namespace Sereno.Tests.Sockets.Diag;

/// <summary>Answers each request with the datagrams that a test says, one list an attempt; none left is EAGAIN.</summary>
internal sealed class FakeKernel(params FakeKernel.Answer[][] attempts)
{
    public const ushort SockDiagByFamily = 20, Error = 2, Done = 3, Overrun = 4, Interrupted = 0x10;

    /// <summary>Makes a datagram of the request's number; it may throw.</summary>
    public delegate (byte[] Datagram, bool Truncated) Answer(uint sequence);

    public int Asked { get; private set; }

    public INetlink Open() => new Connection(this);

    public static Answer Datagram(params (ushort Type, ushort Flags, byte[] Payload)[] messages) => sequence =>
        (Message.Write(messages.Select(m => new Message(m.Type, m.Flags, sequence, m.Payload, []))), false);

    public static Answer Truncated(Answer whole) => sequence => (whole(sequence).Datagram[..^8], true);

    public static Answer Failure(int errno) => _ => throw new LinuxException(errno, "receive from netlink");

    /// <summary>An established TCP/IPv4 socket: struct inet_diag_msg.</summary>
    public static (ushort, ushort, byte[]) Socket(byte cookie, ushort flags = 0)
    {
        byte[] message = new byte[72];
        (message[0], message[1], message[44]) = (2, 1, cookie);
        return (SockDiagByFamily, flags, message);
    }

    public static (ushort, ushort, byte[]) End(ushort flags = 0) => (Done, flags, new byte[4]);

    public static (ushort, ushort, byte[]) ErrorOf(int errno)
    {
        byte[] error = new byte[20]; // struct nlmsgerr
        BinaryPrimitives.WriteInt32LittleEndian(error, -errno);
        return (Error, 0, error);
    }

    private sealed class Connection(FakeKernel kernel) : INetlink
    {
        private uint _sequence;
        private Queue<Answer> _answers = [];

        public void Send(ReadOnlySpan<byte> request)
        {
            _sequence = BinaryPrimitives.ReadUInt32LittleEndian(request[8..]);
            _answers = new(kernel.Next());
        }

        public int Receive(Span<byte> buffer, out bool truncated)
        {
            if (!_answers.TryDequeue(out var answer))
                throw new LinuxException(11, "receive from netlink");
            (byte[] datagram, truncated) = answer(_sequence);
            datagram.CopyTo(buffer);
            return datagram.Length;
        }

        public void Dispose() { }
    }

    private Answer[] Next() => attempts[Asked++];
}
