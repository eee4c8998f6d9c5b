using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sereno.Manager.Spawn.Seccomp;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Manager.Seccomp;

/// <summary>libseccomp 2, which systemd makes its filters with: what ours are compared with.</summary>
internal sealed class Libseccomp
{
    private delegate nint Init(uint action);
    private delegate int AddArchitecture(nint context, uint token);
    private delegate int SetAttribute(nint context, int attribute, uint value);
    private delegate int AddRule(nint context, uint action, int call, uint count, nint arguments);
    private delegate int ResolveName([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
    private delegate int Export(nint context, int fd);
    private delegate void Release(nint context);

    private const int BadArchitecture = 2;

    private readonly nint _library;

    private Libseccomp(nint library) => _library = library;

    public static Libseccomp? Load() => NativeLibrary.TryLoad("libseccomp.so.2", out nint library) ? new(library) : null;

    public int? Resolve(string name) => Get<ResolveName>("seccomp_syscall_resolve_name")(name) is var number && number != -1 ? number : null;

    /// <summary>A filter for one convention that lets others be, as systemd makes them.</summary>
    public ImmutableArray<BpfInstruction> Compile(SystemCallAbi abi, uint defaultAction, IEnumerable<(string Call, uint Action)> rules)
    {
        nint context = Get<Init>("seccomp_init")(defaultAction);
        try
        {
            if (abi != SystemCallAbi.X86_64)
            {
                Get<AddArchitecture>("seccomp_arch_remove")(context, SeccompCompiler.Architecture(SystemCallAbi.X86_64));
                Get<AddArchitecture>("seccomp_arch_add")(context, abi == SystemCallAbi.X32 ? 0x4000003e : SeccompCompiler.Architecture(abi));
            }
            Get<SetAttribute>("seccomp_attr_set")(context, BadArchitecture, SeccompAction.Allow);
            var add = Get<AddRule>("seccomp_rule_add_exact_array");
            foreach (var (call, action) in rules)
                if (Resolve(call) is { } number)
                    add(context, action, number, 0, 0);
            return Exported(context);
        }
        finally
        {
            Get<Release>("seccomp_release")(context);
        }
    }

    private ImmutableArray<BpfInstruction> Exported(nint context)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
                Assert.Equal(0, Get<Export>("seccomp_export_bpf")(context, (int)file.DangerousGetHandle()));
            var program = MemoryMarshal.Cast<byte, Raw>(File.ReadAllBytes(path));
            return [.. program.ToArray().Select(i => new BpfInstruction(i.Code, i.True, i.False, i.K))];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private T Get<T>(string name) where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(_library, name));

    [StructLayout(LayoutKind.Sequential)]
    private struct Raw
    {
        public ushort Code;
        public byte True, False;
        public uint K;
    }
}
