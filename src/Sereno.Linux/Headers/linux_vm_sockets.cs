namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const nuint IOCTL_VM_SOCKETS_GET_LOCAL_CID = 0x7B9; // _IO(7, 0xb9)

    /// <summary>vsock(7).</summary>
    public struct sockaddr_vm
    {
        public ushort svm_family;
        public ushort svm_reserved1;
        public uint svm_port;
        public uint svm_cid;
        public byte svm_flags;
        public fixed byte svm_zero[3];
    }
}
