using System.Runtime.InteropServices;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Maps through bpf(2): what a program looks things up in, and counts in.</summary>
public static unsafe class BpfMap
{
    /// <summary>Address prefixes, the longest match found first; null with errno where that can't be.</summary>
    /// <param name="keyBytes">4 or 16: an address without its length.</param>
    public static Fd? TryCreatePrefixes(int keyBytes, int count, out int errno) =>
        Create(libc.BPF_MAP_TYPE_LPM_TRIE, sizeof(uint) + keyBytes, count, libc.BPF_F_NO_PREALLOC, "", out errno);

    /// <summary>A fixed number of 64-bit counters.</summary>
    public static Fd? TryCreateCounters(int count, string name, out int errno) => Create(libc.BPF_MAP_TYPE_ARRAY, sizeof(uint), count, 0, name, out errno);

    /// <summary>64-bit values by key; what was used least goes when there is no more room.</summary>
    public static Fd? TryCreateRecent(int keyBytes, int count, string name, out int errno) => Create(libc.BPF_MAP_TYPE_LRU_HASH, keyBytes, count, 0, name, out errno);

    /// <returns>0 or errno.</returns>
    public static int AddPrefix(Fd map, int length, ReadOnlySpan<byte> address) => Prefix(libc.BPF_MAP_UPDATE_ELEM, map, length, address);

    /// <returns>0 or errno.</returns>
    public static int RemovePrefix(Fd map, int length, ReadOnlySpan<byte> address) => Prefix(libc.BPF_MAP_DELETE_ELEM, map, length, address);

    private static int Prefix(int command, Fd map, int length, ReadOnlySpan<byte> address)
    {
        Span<byte> key = stackalloc byte[sizeof(uint) + address.Length];
        MemoryMarshal.Write(key, (uint)length);
        address.CopyTo(key[sizeof(uint)..]);
        ulong value = 1;
        fixed (byte* k = key)
            return Element(command, map, k, &value);
    }

    public static ulong ReadCounter(Fd map, int index)
    {
        ulong value = 0;
        return Element(libc.BPF_MAP_LOOKUP_ELEM, map, &index, &value) == 0 ? value : 0;
    }

    /// <summary>By its name, among those that a program uses (CAP_SYS_ADMIN); null where there is none.</summary>
    public static Fd? FindOf(Fd program, string name)
    {
        uint* ids = stackalloc uint[8];
        libc.bpf_prog_info info = new() { nr_map_ids = 8, map_ids = (ulong)ids };
        if (!Bpf.TryGetInfo(program, &info, sizeof(libc.bpf_prog_info)))
            return null;
        for (int i = 0; i < Math.Min(info.nr_map_ids, 8); i++)
        {
            libc.bpf_attr_get_id get = new() { prog_id = ids[i] };
            if (Bpf.Call(libc.BPF_MAP_GET_FD_BY_ID, &get, sizeof(libc.bpf_attr_get_id), out _) is not { } map)
                continue;
            libc.bpf_map_info about = default;
            if (Bpf.TryGetInfo(map, &about, sizeof(libc.bpf_map_info)) && Bpf.Name(about.name) == name)
                return map;
            map.Dispose();
        }
        return null;
    }

    private static Fd? Create(uint type, int keyBytes, int count, uint flags, string name, out int errno)
    {
        libc.bpf_attr_map_create create = new() { map_type = type, key_size = (uint)keyBytes, value_size = sizeof(ulong), max_entries = (uint)count, map_flags = flags };
        Encoding.ASCII.GetBytes(name, new Span<byte>(create.map_name, libc.BPF_OBJ_NAME_LEN - 1));
        return Bpf.Call(libc.BPF_MAP_CREATE, &create, sizeof(libc.bpf_attr_map_create), out errno);
    }

    private static int Element(int command, Fd map, void* key, void* value)
    {
        // What a command has no use for has to be zero.
        libc.bpf_attr_map_elem element = new() { map_fd = (uint)map.Number, key = (ulong)key, value = command == libc.BPF_MAP_DELETE_ELEM ? 0 : (ulong)value };
        return Bpf.Do(command, &element, sizeof(libc.bpf_attr_map_elem));
    }
}
