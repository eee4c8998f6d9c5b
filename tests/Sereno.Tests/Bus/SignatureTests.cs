using Sereno.Bus.Wire;
using Xunit;

namespace Sereno.Tests.Bus;

public class SignatureTests
{
    [Theory]
    [InlineData("")]
    [InlineData("ybnqiuxtdsogvh")]
    [InlineData("a{sv}")]
    [InlineData("a(sasbttttuii)")]
    [InlineData("a{s(ia{oav})}")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay")]
    public void A_signature_of_complete_types_is_valid(string signature) => Assert.True(Signature.IsValid(signature));

    [Theory]
    [InlineData("a")]
    [InlineData("()")]
    [InlineData("(i")]
    [InlineData("i)")]
    [InlineData("{sv}")]
    [InlineData("a{s}")]
    [InlineData("a{vs}")]
    [InlineData("a{svv}")]
    [InlineData("a{(i)s}")]
    [InlineData("z")]
    [InlineData("(i}")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay")]
    public void Anything_else_is_not(string signature) => Assert.False(Signature.IsValid(signature));

    [Fact]
    public void Structs_nest_32_deep_and_signatures_are_255_long_at_most()
    {
        static string Nested(int depth) => new string('(', depth) + "i" + new string(')', depth);
        Assert.True(Signature.IsValid(Nested(32)));
        Assert.False(Signature.IsValid(Nested(33)));
        Assert.True(Signature.IsValid(new string('i', 255)));
        Assert.False(Signature.IsValid(new string('i', 256)));
    }

    [Theory]
    [InlineData("a{sv}i", "a{sv}")]
    [InlineData("(is)s", "(is)")]
    [InlineData("ss", "s")]
    public void The_first_complete_type_is_found(string signature, string first) => Assert.Equal(first, Signature.First(signature).ToString());
}
