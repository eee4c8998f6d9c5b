using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Sereno.Linux.Headers;
using Xunit;

namespace Sereno.Tests.Linux;

/// <summary>The C compiler confirms size and offsets of every struct in src/Sereno.Linux/Headers.</summary>
public class StructLayoutTests
{
    /// <summary>C# struct: C headers and C type. Fields have the same names; those that start with "_" only fill up.</summary>
    private static readonly Dictionary<Type, (string Headers, string CType)> s_known = new()
    {
        [typeof(libc.iovec)] = ("sys/uio.h", "struct iovec"),
        [typeof(libc.msghdr)] = ("sys/socket.h", "struct msghdr"),
        [typeof(libc.cmsghdr)] = ("sys/socket.h", "struct cmsghdr"),
        [typeof(libc.ucred)] = ("sys/socket.h", "struct ucred"),
        [typeof(libc.sockaddr_un)] = ("sys/un.h", "struct sockaddr_un"),
        [typeof(libc.siginfo_t)] = ("signal.h", "siginfo_t"),
        [typeof(libc.rlimit)] = ("sys/resource.h", "struct rlimit"),
        [typeof(libc.itimerspec)] = ("sys/timerfd.h", "struct itimerspec"),
        [typeof(libc.inotify_event)] = ("sys/inotify.h", "struct inotify_event"),
        [typeof(libc.sockaddr_nl)] = ("linux/netlink.h", "struct sockaddr_nl"),
        [typeof(libc.nlmsghdr)] = ("linux/netlink.h", "struct nlmsghdr"),
        [typeof(libc.nlmsgerr)] = ("linux/netlink.h", "struct nlmsgerr"),
        [typeof(libc.nlattr)] = ("linux/netlink.h", "struct nlattr"),
        [typeof(libc.sock_diag_req)] = ("linux/sock_diag.h", "struct sock_diag_req"),
        [typeof(libc.inet_diag_sockid)] = ("linux/inet_diag.h", "struct inet_diag_sockid"),
        [typeof(libc.inet_diag_req_v2)] = ("linux/inet_diag.h", "struct inet_diag_req_v2"),
        [typeof(libc.inet_diag_msg)] = ("linux/inet_diag.h", "struct inet_diag_msg"),
        [typeof(libc.tcpvegas_info)] = ("linux/inet_diag.h", "struct tcpvegas_info"),
        [typeof(libc.tcp_dctcp_info)] = ("linux/inet_diag.h", "struct tcp_dctcp_info"),
        [typeof(libc.tcp_bbr_info)] = ("linux/inet_diag.h", "struct tcp_bbr_info"),
        [typeof(libc.tcp_info)] = ("linux/tcp.h", "struct tcp_info"),
        [typeof(libc.tcp_diag_md5sig)] = ("linux/tcp.h", "struct tcp_diag_md5sig"),
        [typeof(libc.mptcp_info)] = ("linux/mptcp.h", "struct mptcp_info"),
        [typeof(libc.packet_diag_info)] = ("linux/packet_diag.h", "struct packet_diag_info"),
        [typeof(libc.packet_diag_ring)] = ("linux/packet_diag.h", "struct packet_diag_ring"),
        [typeof(libc.sock_fprog)] = ("linux/filter.h", "struct sock_fprog"),
        [typeof(libc.sock_filter)] = ("linux/filter.h", "struct sock_filter"),
        [typeof(libc.in_addr)] = ("netinet/in.h", "struct in_addr"),
        [typeof(libc.in6_addr)] = ("netinet/in.h", "struct in6_addr"),
        [typeof(libc.sockaddr_in)] = ("netinet/in.h", "struct sockaddr_in"),
        [typeof(libc.sockaddr_in6)] = ("netinet/in.h", "struct sockaddr_in6"),
        [typeof(libc.servent)] = ("netdb.h", "struct servent"),
        [typeof(libc.hostent)] = ("netdb.h", "struct hostent"),
        [typeof(libc.statx)] = ("sys/stat.h", "struct statx"),
        [typeof(libc.statx_timestamp)] = ("sys/stat.h", "struct statx_timestamp"),
        [typeof(libc.statvfs)] = ("sys/statvfs.h", "struct statvfs"),
        [typeof(libc.flock_t)] = ("fcntl.h", "struct flock"),
        [typeof(libc.timespec)] = ("time.h", "struct timespec"),
        [typeof(libc.file_handle)] = ("fcntl.h", "struct file_handle"),
        [typeof(libc.protoent)] = ("netdb.h", "struct protoent"),
        [typeof(libc.netent)] = ("netdb.h", "struct netent"),
        [typeof(libc.passwd)] = ("pwd.h", "struct passwd"),
        [typeof(libc.ifreq)] = ("net/if.h", "struct ifreq"),
        [typeof(libc.ifmap)] = ("net/if.h", "struct ifmap"),
        [typeof(libc.ifconf)] = ("net/if.h", "struct ifconf"),
        [typeof(libc.winsize)] = ("sys/ioctl.h", "struct winsize"),
        [typeof(libc.termios)] = ("termios.h", "struct termios"),
        [typeof(libc.bpf_insn)] = ("linux/bpf.h", "struct bpf_insn"),
        [typeof(libc.bpf_attr_prog_load)] = ("linux/bpf.h", "union bpf_attr"),
        [typeof(libc.bpf_attr_map_create)] = ("linux/bpf.h", "union bpf_attr"),
        [typeof(libc.bpf_attr_map_elem)] = ("linux/bpf.h", "union bpf_attr"),
        [typeof(libc.bpf_attr_prog_attach)] = ("linux/bpf.h", "union bpf_attr"),
        [typeof(libc.bpf_attr_get_id)] = ("linux/bpf.h", "union bpf_attr"),
        [typeof(libc.bpf_attr_obj)] = ("linux/bpf.h", "union bpf_attr"),
        [typeof(libc.bpf_attr_info)] = ("linux/bpf.h", "__typeof__(((union bpf_attr *)0)->info)"),
        [typeof(libc.bpf_attr_query)] = ("linux/bpf.h", "__typeof__(((union bpf_attr *)0)->query)"),
        [typeof(libc.bpf_prog_info)] = ("linux/bpf.h", "struct bpf_prog_info"),
        [typeof(libc.bpf_map_info)] = ("linux/bpf.h", "struct bpf_map_info"),
        [typeof(libc.bpf_attr_link_create)] = ("linux/bpf.h", "__typeof__(((union bpf_attr *)0)->link_create)"),
        [typeof(libc.bpf_attr_iter_create)] = ("linux/bpf.h", "__typeof__(((union bpf_attr *)0)->iter_create)"),
        [typeof(libc.__user_cap_header_struct)] = ("linux/capability.h", "struct __user_cap_header_struct"),
        [typeof(libc.__user_cap_data_struct)] = ("linux/capability.h", "struct __user_cap_data_struct"),
        [typeof(libc.sockaddr_vm)] = ("linux/vm_sockets.h", "struct sockaddr_vm"),
        [typeof(libc.mq_attr)] = ("mqueue.h", "struct mq_attr"),
        [typeof(libc.perf_event_attr)] = ("linux/perf_event.h", "struct perf_event_attr"),
        [typeof(libc.perf_event_header)] = ("linux/perf_event.h", "struct perf_event_header"),
        [typeof(libc.perf_event_mmap_page)] = ("linux/perf_event.h", "struct perf_event_mmap_page"),
        // One of the two is right; Epoll picks it by the same condition.
        [RuntimeInformation.ProcessArchitecture == Architecture.X64 ? typeof(libc.epoll_event_packed) : typeof(libc.epoll_event_aligned)]
            = ("sys/epoll.h", "struct epoll_event"),
    };

    private static readonly Type s_otherEpoll =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? typeof(libc.epoll_event_aligned) : typeof(libc.epoll_event_packed);

    private static IEnumerable<Type> Declared =>
        typeof(libc).GetNestedTypes().Where(t => t is { IsValueType: true, IsEnum: false } && t != s_otherEpoll);

    [Fact]
    public void Every_declared_struct_is_in_the_list() => Assert.Empty(Declared.Except(s_known.Keys));

    [Fact]
    public async Task The_C_compiler_agrees_with_every_struct()
    {
        var c = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        foreach (string header in s_known.Values.SelectMany(v => v.Headers.Split(' ')).Distinct())
            c.Append($"#include <{header}>\n");
        foreach (var (type, (_, name)) in s_known)
        {
            bool begins = name.Contains("union") || name.EndsWith("_info") && name.StartsWith("struct bpf_");
            // A union of what every command takes grows with the kernel, and so does what it tells; we declare the beginning.
            c.Append($"_Static_assert(sizeof({name}) {(begins ? ">=" : "==")} {Marshal.SizeOf(type)}, \"sizeof {name}\");\n");
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                if (!field.Name.StartsWith('_'))
                    c.Append($"_Static_assert(offsetof({name}, {field.Name}) == {Marshal.OffsetOf(type, field.Name)}, \"{name}.{field.Name}\");\n");
        }
        var start = new ProcessStartInfo("cc", ["-xc", "-fsyntax-only", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using var compiler = Process.Start(start)!;
        await compiler.StandardInput.WriteAsync(c.ToString());
        compiler.StandardInput.Close();
        string errors = await compiler.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(compiler.ExitCode == 0, errors);
    }
}
