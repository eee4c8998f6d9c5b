namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
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
