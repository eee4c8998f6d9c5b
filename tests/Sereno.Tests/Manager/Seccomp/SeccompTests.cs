using System.Collections.Immutable;
using CsCheck;
using Sereno.Manager.Spawn.Seccomp;
using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Manager.Seccomp;

/// <summary>What filters answer, told by running them: against the rules they are made from, and against libseccomp's.</summary>
public class SeccompTests
{
    private static readonly ImmutableArray<SystemCallAbi> s_abis = [SystemCallAbi.X86, SystemCallAbi.X32, SystemCallAbi.X86_64];
    private static readonly uint s_eperm = SeccompAction.Errno(1);

    private static readonly uint[] s_actions =
        [SeccompAction.Allow, SeccompAction.Log, s_eperm, SeccompAction.Errno(38), SeccompAction.KillProcess, SeccompAction.KillThread];

    private static readonly uint[] s_masks = [uint.MaxValue, 1, 6];

    private static readonly Gen<uint> s_action = Gen.Int[0, 5].Select(i => s_actions[i]);

    private static readonly Gen<ArgumentTest> s_test = Gen.Select(Gen.Int[0, 5], Gen.Enum<TestKind>(), Gen.UInt[0, 7], Gen.Int[0, 2].Select(i => s_masks[i]),
        (argument, kind, value, mask) => new ArgumentTest(argument, kind, value, mask));

    private static readonly Gen<(string Call, uint Action, ArgumentTest[] Tests)> s_rule =
        Gen.Select(Gen.Int[0, SystemCalls.Count - 1], s_action, s_test.Array[0, 3], (call, action, tests) => (SystemCalls.Name(call), action, tests));

    private static readonly Gen<(uint Default, (string, uint, ArgumentTest[])[] Rules)> s_filter = Gen.Select(s_action, s_rule.Array[0, 60]);

    [Fact]
    public void A_program_answers_as_its_filters_would_one_by_one() =>
        Gen.Select(s_filter.Array[1, 4], Gen.Int[0, 2], Gen.Int[-1, 470].Array[20], Gen.ULong[0, 8].Array[6]).Sample((filters, abiIndex, numbers, arguments) =>
        {
            var abi = s_abis[abiIndex];
            var made = filters.Select(f => Filter(abi, f.Default, f.Rules)).ToList();
            var programs = SeccompCompiler.Compile(made, s_abis, []);
            Assert.All(programs, p => Assert.InRange(p.Length, 1, SeccompCompiler.MaxLength));
            foreach (int number in numbers.Concat(made.SelectMany(f => f.Numbers)))
                if (number >= 0)
                    Assert.Equal(Expected(made, number, arguments), Interpreter.Ask(programs, SeccompCompiler.Architecture(abi), Raw(abi, number), arguments));
            foreach (var other in s_abis.Remove(abi))
                Assert.Equal(SeccompAction.Allow, Interpreter.Ask(programs, SeccompCompiler.Architecture(other), Raw(other, 1), arguments));
        }, iter: 300);

    /// <summary>No two neighbours have the same answer: the longest a program can get.</summary>
    [Fact]
    public void The_worst_filter_is_not_too_long_for_the_kernel()
    {
        var filters = s_abis.Select(abi =>
        {
            var filter = new CallFilter(abi);
            foreach (var (index, name) in SystemCalls.Names.Index())
                filter.Add(name, SeccompAction.Errno(index + 1));
            return filter;
        }).ToList();
        var programs = SeccompCompiler.Compile(filters, s_abis, []);
        Assert.All(programs, p => Assert.InRange(p.Length, 1, SeccompCompiler.MaxLength));
        foreach (var (index, name) in SystemCalls.Names.Index())
            foreach (var abi in s_abis)
                if (SystemCalls.Number(name, abi) is { } number && name is not ("socketcall" or "ipc"))
                    Assert.Equal(SeccompAction.Errno(index + 1), Interpreter.Ask(programs, SeccompCompiler.Architecture(abi), Raw(abi, number), stackalloc ulong[6]));
    }

    [Fact]
    public void Finding_a_call_takes_a_dozen_steps()
    {
        var security = new SecurityContext { SystemCalls = List(true, "@default", "@system-service"), ErrorNumber = 1, RestrictRealtime = true, LockPersonality = true };
        var program = Assert.Single(SeccompPolicy.Programs(security, KernelProtections.Clock, 0, "x86-64"));
        Assert.InRange(program.Length, 100, 1000);
        foreach (string name in SystemCalls.Names)
            if (SystemCalls.Number(name, SystemCallAbi.X86_64) is { } number)
            {
                Interpreter.Run(program, SeccompCompiler.Architecture(SystemCallAbi.X86_64), (uint)number, stackalloc ulong[6], out int steps);
                Assert.InRange(steps, 1, 20);
            }
    }

    [Fact]
    public void Lists_answer_as_libseccomp_has_them()
    {
        var oracle = Libseccomp.Load();
        Assert.SkipWhen(oracle is null, "needs libseccomp.so.2");
        Gen.Select(Gen.Bool, Gen.Enum<SystemCallAbi>().Where(a => s_abis.Contains(a)), Gen.Int[0, SystemCalls.Count - 1].Array[1, 80], Gen.ULong[0, 30].Array[6]).Sample((allow, abi, calls, arguments) =>
        {
            var list = new SystemCallFilter(allow, [.. calls.Distinct().Order().Select(c => new FilteredCall((ushort)c, SystemCallFilter.Default))]);
            var filter = Assert.Single(SeccompPolicy.Of(new() { SystemCalls = list, ErrorNumber = 1 }, 0, 0, abi));
            var ours = SeccompCompiler.Compile([filter], s_abis, []);
            uint normal = allow ? s_eperm : SeccompAction.Allow, listed = allow ? SeccompAction.Allow : s_eperm;
            var theirs = oracle!.Compile(abi, normal, list.Calls.Select(c => (SystemCalls.Name(c.Call), listed)));
            for (int number = 0; number < 470; number++)
                if (IsOldEnough(number, abi))
                    Assert.True(Interpreter.Ask([theirs], SeccompCompiler.Architecture(abi), Raw(abi, number), arguments)
                        == Interpreter.Ask(ours, SeccompCompiler.Architecture(abi), Raw(abi, number), arguments),
                        $"{abi} {number} {(allow ? "allow" : "deny")} {string.Join(' ', list.Calls.Select(c => SystemCalls.Name(c.Call)))}");
        }, iter: 60);
    }

    [Fact]
    public void The_names_are_those_that_libseccomp_knows()
    {
        var oracle = Libseccomp.Load();
        Assert.SkipWhen(oracle is null, "needs libseccomp.so.2");
        Assert.Equal([], SystemCalls.Names.Where(n => oracle!.Resolve(n) is null));
    }

    [Theory]
    [InlineData("AF_INET AF_UNIX", true, "1 2", "0 3 10 16 17 40 63 4096")]
    [InlineData("AF_INET AF_PACKET", false, "0 1 3 10 63", "2 17")]
    [InlineData("", true, "", "0 1 2 17")]
    public void Address_families(string families, bool allow, string open, string closed)
    {
        ulong set = families.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(0ul, (s, f) => s | 1ul << AddressFamilies.Parse(f)!.Value);
        var security = new SecurityContext { AddressFamilies = new(allow, set) };
        foreach (var abi in s_abis)
        {
            foreach (string family in open.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Assert.Equal(SeccompAction.Allow, Ask(security, abi, "socket", ulong.Parse(family)));
            foreach (string family in closed.Split(' '))
                Assert.Equal(abi == SystemCallAbi.X86 ? SeccompAction.Allow : SeccompAction.Errno(97), Ask(security, abi, "socket", ulong.Parse(family)));
        }
    }

    [Fact]
    public void Namespaces_that_are_not_permitted()
    {
        const ulong net = 0x40000000, user = 0x10000000;
        var none = new SecurityContext { PermittedNamespaces = 0 };
        var onlyNet = new SecurityContext { PermittedNamespaces = (uint)net };
        foreach (var abi in s_abis)
        {
            Assert.Equal(SeccompAction.Errno(38), Ask(none, abi, "clone3"));
            Assert.Equal(s_eperm, Ask(none, abi, "setns", 5));
            Assert.Equal(s_eperm, Ask(none, abi, "unshare", net));
            Assert.Equal(SeccompAction.Allow, Ask(none, abi, "unshare", 0x400));
            Assert.Equal(SeccompAction.Allow, Ask(onlyNet, abi, "unshare", net));
            Assert.Equal(s_eperm, Ask(onlyNet, abi, "unshare", net | user));
            Assert.Equal(s_eperm, Ask(onlyNet, abi, "clone", user | 17));
            Assert.Equal(SeccompAction.Allow, Ask(onlyNet, abi, "clone", 17));
            Assert.Equal(s_eperm, Ask(onlyNet, abi, "setns", 5, 0));
            Assert.Equal(SeccompAction.Allow, Ask(onlyNet, abi, "setns", 5, net));
        }
    }

    [Fact]
    public void What_the_other_restrictions_forbid()
    {
        var security = new SecurityContext { RestrictRealtime = true, RestrictSuidSgid = true, DenyWriteExecute = true, LockPersonality = true };
        foreach (var abi in s_abis)
        {
            Assert.Equal(SeccompAction.Allow, Ask(security, abi, "sched_setscheduler", 0, 3));
            Assert.Equal(s_eperm, Ask(security, abi, "sched_setscheduler", 0, 1));
            Assert.Equal(s_eperm, Ask(security, abi, "sched_setscheduler", 0, 0x40000000));
            Assert.Equal(s_eperm, Ask(security, abi, "chmod", 0, 0xFED /* 07755 */));
            Assert.Equal(SeccompAction.Allow, Ask(security, abi, "chmod", 0, 0x1ED));
            Assert.Equal(s_eperm, Ask(security, abi, "openat", 0, 0, 0x41, 0x9A4));
            Assert.Equal(SeccompAction.Allow, Ask(security, abi, "openat", 0, 0, 0x1, 0x9A4)); // nothing is created
            Assert.Equal(SeccompAction.Errno(38), Ask(security, abi, "openat2"));
            Assert.Equal(s_eperm, Ask(security, abi, "mprotect", 0, 0, 5));
            Assert.Equal(SeccompAction.Allow, Ask(security, abi, "mprotect", 0, 0, 3));
            Assert.Equal(s_eperm, Ask(security, abi, abi == SystemCallAbi.X86 ? "mmap2" : "mmap", 0, 0, 7));
            Assert.Equal(SeccompAction.Allow, Ask(security, abi, abi == SystemCallAbi.X86 ? "mmap2" : "mmap", 0, 0, 5));
            Assert.Equal(SeccompAction.Allow, Ask(security, abi, "personality", 0));
            Assert.Equal(s_eperm, Ask(security, abi, "personality", 8));
        }
    }

    [Fact]
    public void Conventions_that_are_not_named_are_cut_off_but_never_the_machines_own()
    {
        var security = new SecurityContext { Architectures = ["x32"] };
        Assert.Equal(SeccompAction.KillThread, Ask(security, SystemCallAbi.X86, "getpid"));
        Assert.Equal(SeccompAction.Allow, Ask(security, SystemCallAbi.X32, "getpid"));
        Assert.Equal(SeccompAction.Allow, Ask(security, SystemCallAbi.X86_64, "getpid"));
        Assert.Equal(SeccompAction.KillThread, Ask(new() { Architectures = ["native"] }, SystemCallAbi.X32, "getpid"));
    }

    private static uint Ask(SecurityContext security, SystemCallAbi abi, string call, params ReadOnlySpan<ulong> arguments)
    {
        Span<ulong> all = stackalloc ulong[6];
        arguments.CopyTo(all);
        return Interpreter.Ask(SeccompPolicy.Programs(security, 0, 0, "x86-64"), SeccompCompiler.Architecture(abi), Raw(abi, SystemCalls.Number(call, abi)!.Value), all);
    }

    private static SystemCallFilter List(bool allow, params string[] groups) =>
        new(allow, [.. groups.SelectMany(g => SystemCallGroups.Members(g)!).Select(SystemCalls.Find).OfType<int>().Distinct().Order().Select(c => new FilteredCall((ushort)c, -1))]);

    private static CallFilter Filter(SystemCallAbi abi, uint otherwise, (string Call, uint Action, ArgumentTest[] Tests)[] rules)
    {
        var filter = new CallFilter(abi, otherwise);
        foreach (var (call, action, tests) in rules)
            if (tests.Length == 0)
                filter.Add(call, action);
            else
                filter.Add(call, action, tests);
        return filter;
    }

    /// <summary>The meaning of filters, without any program: each answers with its first rule that fits, and the strictest answer counts.</summary>
    private static uint Expected(List<CallFilter> newestFirst, int number, ulong[] arguments)
    {
        uint result = SeccompAction.Allow;
        foreach (var filter in newestFirst)
        {
            uint answer = filter.Rules(number).FirstOrDefault(r => r.Tests.All(t => t.Holds((uint)arguments[t.Argument])))?.Action ?? filter.Otherwise(number);
            if ((int)(answer & 0xffff0000) < (int)(result & 0xffff0000))
                result = answer;
        }
        return result;
    }

    private static uint Raw(SystemCallAbi abi, int number) => (uint)number | (abi == SystemCallAbi.X32 ? Interpreter.Bit32 : 0);

    /// <summary>libseccomp 2.5 doesn't have all of the calls of later kernels.</summary>
    private static bool IsOldEnough(int number, SystemCallAbi abi) => abi == SystemCallAbi.X32 || number < 450;
}
