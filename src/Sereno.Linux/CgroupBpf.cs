using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Where the kernel asks a cgroup's programs (linux/bpf.h, enum bpf_attach_type).</summary>
public enum CgroupHook : uint { Ingress = 0, Egress = 1, SocketCreate = 2, SocketOperations = 3, Device = 6, Bind4 = 8, Bind6 = 9, Connect4 = 10, Connect6 = 11, PostBind4 = 12, PostBind6 = 13, Send4 = 14, Send6 = 15, Sysctl = 18, Receive4 = 19, Receive6 = 20, GetOption = 21, SetOption = 22 }

/// <summary>
/// Programs at a cgroup. They are the cgroup's, by name: whoever comes next finds and replaces them, they need nobody who holds
/// them, and go with the cgroup. All of them, those of the cgroups above included, have to agree (BPF_F_ALLOW_MULTI).
/// </summary>
public static unsafe class CgroupBpf
{
    /// <summary>Loads a program; null with errno where the kernel doesn't permit it, or doesn't like it.</summary>
    /// <param name="name">At most 15 letters.</param>
    public static Fd? TryLoad(CgroupHook hook, BpfCode code, string name, out int errno)
    {
        uint type = hook switch
        {
            CgroupHook.Ingress or CgroupHook.Egress => libc.BPF_PROG_TYPE_CGROUP_SKB,
            CgroupHook.Device => libc.BPF_PROG_TYPE_CGROUP_DEVICE,
            _ => libc.BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
        };
        var program = code.Link();
        fixed (libc.bpf_insn* instructions = program)
        fixed (byte* licence = "GPL\0"u8)
        {
            libc.bpf_attr_prog_load load = new()
            {
                prog_type = type, insn_cnt = (uint)program.Length, insns = (ulong)instructions, license = (ulong)licence, expected_attach_type = (uint)hook,
            };
            Encoding.ASCII.GetBytes(name, new Span<byte>(load.prog_name, libc.BPF_OBJ_NAME_LEN - 1));
            return Bpf.Call(libc.BPF_PROG_LOAD, &load, sizeof(libc.bpf_attr_prog_load), out errno);
        }
    }

    /// <summary>A program that somebody has pinned to a file of bpffs.</summary>
    public static Fd? TryOpenPinned(string path, out int errno)
    {
        fixed (byte* p = Files.Text(path))
        {
            libc.bpf_attr_obj get = new() { pathname = (ulong)p };
            return Bpf.Call(libc.BPF_OBJ_GET, &get, sizeof(libc.bpf_attr_obj), out errno);
        }
    }

    /// <summary>Puts a program where others of its name are taken away: there is no moment without one.</summary>
    /// <param name="program">Null: only takes away.</param>
    /// <returns>0 or errno.</returns>
    public static int Replace(Fd cgroup, CgroupHook hook, string name, Fd? program)
    {
        var old = Find(cgroup, hook, name);
        try
        {
            bool replaced = program is not null && old.Count > 0 && Attach(cgroup, hook, program, old[0]) == 0; // Linux 5.6
            int errno = program is null || replaced ? 0 : Attach(cgroup, hook, program, null);
            if (errno == 0)
                foreach (var fd in old.Skip(replaced ? 1 : 0))
                    Detach(cgroup, hook, fd);
            return errno;
        }
        finally
        {
            old.ForEach(fd => fd.Dispose());
        }
    }

    /// <summary>Puts a program beside all others; EINVAL when it is there already.</summary>
    public static int Add(Fd cgroup, CgroupHook hook, Fd program) => Attach(cgroup, hook, program, null);

    /// <summary>Those of a name at the cgroup itself (CAP_SYS_ADMIN; none without).</summary>
    public static List<Fd> Find(Fd cgroup, CgroupHook hook, string name)
    {
        const int Most = 64; // the kernel's own limit
        uint* ids = stackalloc uint[Most];
        libc.bpf_attr_query query = new() { target_fd = (uint)cgroup.Number, attach_type = (uint)hook, prog_ids = (ulong)ids, prog_cnt = Most };
        var found = new List<Fd>();
        if (Bpf.Do(libc.BPF_PROG_QUERY, &query, sizeof(libc.bpf_attr_query)) != 0)
            return found;
        for (int i = 0; i < query.prog_cnt; i++)
        {
            libc.bpf_attr_get_id get = new() { prog_id = ids[i] };
            if (Bpf.Call(libc.BPF_PROG_GET_FD_BY_ID, &get, sizeof(libc.bpf_attr_get_id), out _) is not { } program)
                continue;
            libc.bpf_prog_info info = default;
            if (Bpf.TryGetInfo(program, &info, sizeof(libc.bpf_prog_info)) && Bpf.Name(info.name) == name)
                found.Add(program);
            else
                program.Dispose();
        }
        return found;
    }

    private static int Attach(Fd cgroup, CgroupHook hook, Fd program, Fd? instead)
    {
        libc.bpf_attr_prog_attach attach = new()
        {
            target_fd = (uint)cgroup.Number, attach_bpf_fd = (uint)program.Number, attach_type = (uint)hook,
            attach_flags = libc.BPF_F_ALLOW_MULTI | (instead is null ? 0 : libc.BPF_F_REPLACE), replace_bpf_fd = (uint)(instead?.Number ?? 0),
        };
        return Bpf.Do(libc.BPF_PROG_ATTACH, &attach, sizeof(libc.bpf_attr_prog_attach));
    }

    private static void Detach(Fd cgroup, CgroupHook hook, Fd program)
    {
        libc.bpf_attr_prog_attach detach = new() { target_fd = (uint)cgroup.Number, attach_bpf_fd = (uint)program.Number, attach_type = (uint)hook };
        _ = Bpf.Do(libc.BPF_PROG_DETACH, &detach, sizeof(libc.bpf_attr_prog_attach)); // gone already: what we wanted
    }
}
