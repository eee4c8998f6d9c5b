using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>A message that is still in its socket.</summary>
/// <param name="Length">Of the whole message, which may be longer than what was asked for; 0 is the end of a stream.</param>
/// <param name="Realtime">When the kernel took it, in microseconds; 0 where the socket doesn't say (SO_TIMESTAMP).</param>
/// <param name="Label">The sender's security label (SO_PASSSEC); empty for none.</param>
public readonly record struct Peeked(int Length, PeerCredentials? Sender, ulong Realtime, byte[] Label);

/// <summary>
/// Messages of a socket that are looked at first (recv(2), MSG_PEEK) and taken when what they say is kept. Whether one was taken is
/// known after a crash, too: recvmmsg(2) writes down in shared memory that it took it.
/// </summary>
public static unsafe class MessageQueue
{
    /// <summary>Streams are looked at in pieces of this many bytes at most.</summary>
    public const int MaxPiece = 64 * 1024;

    private const uint NotTaken = uint.MaxValue;
    private static byte* s_waste;

    /// <summary>Null when there is none now.</summary>
    /// <param name="fds">Descriptors of the message; each look makes new ones, and they are the caller's.</param>
    /// <exception cref="LinuxException">As recvmsg(2).</exception>
    public static Peeked? Peek(Fd socket, Span<byte> into, List<Fd> fds)
    {
        const int controlSize = 2048;
        byte* control = stackalloc byte[controlSize];
        fixed (byte* data = into)
        {
            var iov = new libc.iovec { iov_base = data, iov_len = (nuint)into.Length };
            var message = new libc.msghdr { msg_iov = &iov, msg_iovlen = 1, msg_control = control, msg_controllen = controlSize };
            nint n;
            do n = libc.recvmsg(socket.Number, &message, libc.MSG_PEEK | libc.MSG_TRUNC | libc.MSG_DONTWAIT | libc.MSG_CMSG_CLOEXEC);
            while (n == -1 && Errno.Last == libc.EINTR);
            if (n == -1)
                return Errno.Last == libc.EAGAIN ? null : throw Errno.Failed("look at a message");
            return Read(new ReadOnlySpan<byte>(control, (int)message.msg_controllen), fds) with { Length = (int)n };
        }
    }

    /// <summary>From here on <see cref="WasTaken"/> tells of the next message.</summary>
    public static void Prepare(SharedMemory memory, int record) =>
        Volatile.Write(ref memory.At<libc.mmsghdr>(record).msg_len, NotTaken);

    public static bool WasTaken(SharedMemory memory, int record) => Volatile.Read(ref memory.At<libc.mmsghdr>(record).msg_len) != NotTaken;

    /// <summary>Takes the next message, or this many bytes of a stream, and forgets it.</summary>
    public static void Take(SharedMemory memory, int record, Fd socket, int length)
    {
        if (s_waste is null)
            s_waste = (byte*)NativeMemory.Alloc(MaxPiece);
        var iov = new libc.iovec { iov_base = s_waste, iov_len = (nuint)Math.Min(length, MaxPiece) };
        ref var header = ref memory.At<libc.mmsghdr>(record);
        header.msg_hdr = new() { msg_iov = &iov, msg_iovlen = 1 };
        fixed (libc.mmsghdr* vector = &header)
        {
            int n;
            do n = libc.recvmmsg(socket.Number, vector, 1, libc.MSG_DONTWAIT, null);
            while (n == -1 && Errno.Last == libc.EINTR);
            header.msg_hdr = default;
            if (n == -1 && Errno.Last != libc.EAGAIN)
                throw Errno.Failed("take a message");
        }
    }

    private static Peeked Read(ReadOnlySpan<byte> control, List<Fd> fds)
    {
        var found = new Peeked(0, null, 0, []);
        var messages = new ControlMessages(control);
        while (messages.Next())
            switch (messages.Type)
            {
                case libc.SCM_RIGHTS:
                    messages.TakeDescriptors(fds);
                    break;
                case libc.SCM_CREDENTIALS:
                    found = found with { Sender = messages.Credentials };
                    break;
                case libc.SCM_SECURITY:
                    found = found with { Label = messages.Body.TrimEnd((byte)0).ToArray() };
                    break;
                case libc.SCM_TIMESTAMP when messages.Body.Length >= 2 * sizeof(nint):
                    var body = messages.Body;
                    found = found with { Realtime = (ulong)MemoryMarshal.Read<nint>(body) * 1_000_000 + (ulong)MemoryMarshal.Read<nint>(body[sizeof(nint)..]) };
                    break;
            }
        return found;
    }
}
