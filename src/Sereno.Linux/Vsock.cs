using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>vsock(7): the sockets between a machine and its guests.</summary>
public static unsafe class Vsock
{
    /// <summary>VMADDR_CID_LOCAL: what is bound or connected to it never leaves this machine.</summary>
    public const uint LocalCid = 1;

    /// <summary>Is it this machine (IOCTL_VM_SOCKETS_GET_LOCAL_CID)? The host of a guest is another.</summary>
    public static bool IsOwn(uint cid)
    {
        if (cid == LocalCid)
            return true;
        using var device = Files.TryOpen("/dev/vsock", libc.O_RDONLY, out _);
        uint own;
        return device is not null && libc.ioctl(device.Number, libc.IOCTL_VM_SOCKETS_GET_LOCAL_CID, &own) == 0 && own == cid;
    }
}
