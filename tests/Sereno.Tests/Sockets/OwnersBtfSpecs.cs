using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Sereno.Sockets.Owners;
using Xunit;

namespace Sereno.Tests.Sockets;

/// <summary>The kernel's description of its types: read from bytes made here, from broken ones, and from this kernel's own.</summary>
public class OwnersBtfSpecs
{
    private const uint Int = 1, Pointer = 2, Array = 3, Struct = 4, Const = 10, Function = 12, Prototype = 13;

    // Before what is made with it.
    private static readonly List<byte> s_strings = [0];

    // struct inner { int a; int b; }; struct outer { int x; struct { int pad; struct inner *in; }; struct inner many[4]; };
    // int walk(int, const struct outer *o); and another struct that is called inner.
    private static readonly byte[] s_file = Make(
        (Int, "int", 0, 4, [32]), // 1
        (Struct, "inner", 2, 8, [Name("a"), 1, 0, Name("b"), 1, 32]), // 2
        (Pointer, "", 0, 2, []), // 3
        (Struct, "", 2, 16, [Name("pad"), 1, 0, Name("in"), 3, 64]), // 4
        (Array, "", 0, 0, [2, 1, 4]), // 5
        (Struct, "outer", 3, 56, [Name("x"), 1, 0, Name(""), 4, 64, Name("many"), 5, 192]), // 6
        (Const, "", 0, 6, []), // 7
        (Pointer, "", 0, 7, []), // 8
        (Struct, "inner", 1, 4, [Name("b"), 1, 0]), // 9
        (Prototype, "", 2, 1, [Name(""), 1, Name("o"), 8]), // 10
        (Function, "walk", 0, 10, [])); // 11

    [Fact]
    public void Fields_are_found_from_the_functions_parameter_on()
    {
        Assert.True(Btf.TryRead(s_file, out var btf));
        int walk = btf.FindFunction("walk"u8), outer = btf.ParameterOf(walk, 1);
        Assert.Equal((11, 8), (walk, outer));
        Assert.True(btf.TryFind(outer, "in"u8, out var pointer));
        Assert.Equal(8 + 8, pointer.Offset); // in the struct without a name
        Assert.True(btf.TryFind(pointer.Type, "b"u8, out var b));
        Assert.Equal((1, 4), b);
        Assert.True(btf.TryFind(outer, "many"u8, out var many));
        Assert.Equal((24, 8), (many.Offset, btf.SizeOf(many.Type)));
        Assert.False(btf.TryFind(outer, "a"u8, out _));
        Assert.Equal((0, 0, 0), (btf.FindFunction("wal"u8), btf.ParameterOf(walk, 2), btf.ParameterOf(outer, 0)));
    }

    [Fact]
    public void What_is_no_BTF_is_refused()
    {
        Assert.False(Btf.TryRead([], out _));
        Assert.False(Btf.TryRead("\x7fELF, which is much longer than a header is"u8, out _));
        Assert.False(Btf.TryRead(s_file.AsSpan(0, s_file.Length - 1), out _));
    }

    [Fact]
    public void Broken_bytes_give_answers_or_none_but_no_harm() =>
        Gen.Select(Gen.Int[0, s_file.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            byte[] file = [.. s_file];
            foreach (var (at, value) in changes)
                file[at] = value;
            if (!Btf.TryRead(file, out var btf))
                return;
            for (int id = -1; id < 20; id++)
            {
                btf.TryFind(id, "in"u8, out var field);
                btf.SizeOf(field.Type);
                btf.ParameterOf(id, 1);
            }
            btf.FindFunction("walk"u8);
        });

    [Fact]
    public void This_kernels_own_has_what_the_iterator_needs()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "this kernel doesn't describe its types");
        Assert.True(Btf.TryRead(File.ReadAllBytes("/sys/kernel/btf/vmlinux"), out var btf));
        int task = btf.ParameterOf(btf.FindFunction("bpf_iter_task_file"u8), 1);
        Assert.True(btf.TryFind(task, "thread_pid"u8, out var pid) && btf.TryFind(pid.Type, "numbers"u8, out var numbers)
            && btf.TryFind(numbers.Type, "nr"u8, out var nr) && nr.Offset == 0 && btf.SizeOf(numbers.Type) == 16);
    }

    private static uint Name(string name)
    {
        if (name.Length == 0)
            return 0;
        int at = s_strings.Count;
        s_strings.AddRange(Encoding.UTF8.GetBytes(name + "\0"));
        return (uint)at;
    }

    private static byte[] Make(params (uint Kind, string Name, uint Length, uint Target, uint[] Extra)[] types)
    {
        List<byte> body = [];
        foreach (var (kind, name, length, target, extra) in types)
            foreach (uint word in (uint[])[Name(name), kind << 24 | length, target, .. extra])
                Append(body, word);
        List<byte> file = [0x9F, 0xEB, 1, 0];
        foreach (uint word in (uint[])[24, 0, (uint)body.Count, (uint)body.Count, (uint)s_strings.Count])
            Append(file, word);
        return [.. file, .. body, .. s_strings];
    }

    private static void Append(List<byte> bytes, uint word)
    {
        var four = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, word);
        bytes.AddRange(four);
    }
}
