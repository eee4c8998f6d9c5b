using CsCheck;
using Sereno.Bus.Wire;

namespace Sereno.Tests.Bus;

/// <summary>Generates values of every D-Bus type, nested a few levels.</summary>
internal static class WireGen
{
    private static readonly Gen<string> s_text = Gen.OneOf(Gen.String[Gen.Char['\u0001', '\u007e'], 0, 12], Gen.Const("sereno ñ €"), Gen.Const("𝄞"));

    private static readonly Gen<BusValue> s_basic = Gen.OneOf(
        Gen.Byte.Select(v => BusValue.Of("y", v)),
        Gen.Bool.Select(v => BusValue.Of("b", v)),
        Gen.Short.Select(v => BusValue.Of("n", v)),
        Gen.UShort.Select(v => BusValue.Of("q", v)),
        Gen.Int.Select(v => BusValue.Of("i", v)),
        Gen.UInt.Select(v => BusValue.Of("u", v)),
        Gen.Long.Select(v => BusValue.Of("x", v)),
        Gen.ULong.Select(v => BusValue.Of("t", v)),
        Gen.Double.Select(v => BusValue.Of("d", v)),
        Gen.UInt.Select(v => BusValue.Of("h", v)),
        s_text.Select(v => BusValue.Of("s", v)),
        s_text.Select(v => BusValue.Of("o", Sereno.Bus.UnitPath.Of(v))),
        Gen.OneOf(Gen.Const(""), Gen.Const("a{sv}"), Gen.Const("(ii)u")).Select(v => BusValue.Of("g", v)),
        Gen.Byte.Array[0, 9].Select(v => BusValue.Of("ay", v)));

    public static Gen<BusValue> Value(int depth) => depth == 0 ? s_basic : Gen.OneOf(
        s_basic,
        Value(depth - 1).Select(v => BusValue.Container("v", [v])),
        Value(depth - 1).Array[1, 4].Select(fields => BusValue.Container($"({string.Concat(fields.Select(f => f.Signature))})", [.. fields])),
        Gen.Select(Value(depth - 1), Gen.Int[0, 4]).Select((v, n) => v.Signature == "y" ? v : BusValue.Container("a" + v.Signature, [.. Enumerable.Repeat(v, n)])),
        Gen.Select(s_text, Value(depth - 1), Gen.Int[0, 3]).Select((key, v, n) => BusValue.Container($"a{{s{v.Signature}}}",
            [.. Enumerable.Repeat(BusValue.Container($"{{s{v.Signature}}}", [BusValue.Of("s", key), v]), n)])));
}
