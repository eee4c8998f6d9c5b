namespace Sereno.Linux.Headers;

public static unsafe partial class libc
{
    public const int SOCK_DIAG_BY_FAMILY = 20, SOCK_DESTROY = 21;
    public const int SK_MEMINFO_RMEM_ALLOC = 0, SK_MEMINFO_RCVBUF = 1, SK_MEMINFO_WMEM_ALLOC = 2, SK_MEMINFO_SNDBUF = 3,
        SK_MEMINFO_FWD_ALLOC = 4, SK_MEMINFO_WMEM_QUEUED = 5, SK_MEMINFO_OPTMEM = 6, SK_MEMINFO_BACKLOG = 7, SK_MEMINFO_DROPS = 8;
    public const int SKNLGRP_INET_TCP_DESTROY = 1, SKNLGRP_INET_UDP_DESTROY = 2, SKNLGRP_INET6_TCP_DESTROY = 3,
        SKNLGRP_INET6_UDP_DESTROY = 4;

    public struct sock_diag_req { public byte sdiag_family; public byte sdiag_protocol; }
}
