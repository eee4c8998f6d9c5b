using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>What recvmsg(2) brought beside the bytes, one after the other (cmsg(3)); those of SOL_SOCKET only.</summary>
internal ref struct ControlMessages(ReadOnlySpan<byte> control)
{
    private ReadOnlySpan<byte> _rest = control;

    public int Type { get; private set; }

    public ReadOnlySpan<byte> Body { get; private set; }

    public bool Next()
    {
        int header = Unsafe.SizeOf<libc.cmsghdr>();
        while (_rest.Length >= header)
        {
            var message = MemoryMarshal.Read<libc.cmsghdr>(_rest);
            int length = (int)Math.Min(message.cmsg_len, (nuint)_rest.Length);
            if (length < header)
                return false;
            Type = message.cmsg_type;
            Body = _rest[header..length];
            _rest = _rest[Math.Min(Align(length), _rest.Length)..];
            if (message.cmsg_level == libc.SOL_SOCKET)
                return true;
        }
        return false;
    }

    /// <summary>The descriptors of SCM_RIGHTS, which are ours now; closed where nobody asked for them, or they would pile up.</summary>
    public readonly void TakeDescriptors(List<Fd>? into)
    {
        for (var body = Body; body.Length >= sizeof(int); body = body[sizeof(int)..])
        {
            var fd = new Fd(MemoryMarshal.Read<int>(body));
            if (into is null)
                fd.Dispose();
            else
                into.Add(fd);
        }
    }

    /// <summary>SCM_CREDENTIALS; null when cut short.</summary>
    public readonly PeerCredentials? Credentials => Body.Length < Unsafe.SizeOf<libc.ucred>() ? null
        : MemoryMarshal.Read<libc.ucred>(Body) is var cred ? new(cred.pid, cred.uid, cred.gid) : null;

    /// <summary>As CMSG_ALIGN.</summary>
    public static int Align(int length) => (length + Unsafe.SizeOf<nuint>() - 1) & ~(Unsafe.SizeOf<nuint>() - 1);
}
