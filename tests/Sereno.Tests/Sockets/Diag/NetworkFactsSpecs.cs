using Sereno.Sockets.Scope;
using Xunit;
using static Sereno.Tests.Sockets.Diag.FakeKernel;

namespace Sereno.Tests.Sockets.Diag;

/// <summary>Interfaces, addresses and routes that change while they are read, or aren't told whole.</summary>
public class NetworkFactsSpecs
{
    private const ushort NewLink = 16;

    private static readonly Answer[] s_link = [Datagram((NewLink, 0, new byte[16])), Datagram(End())], s_none = [Datagram(End())];

    public static TheoryData<string> Troubles => [.. s_troubles.Keys];

    private static readonly Dictionary<string, Answer[]> s_troubles = new()
    {
        ["interrupted"] = [Datagram((NewLink, Interrupted, new byte[16])), Datagram(End())],
        ["truncated"] = [Truncated(Datagram((NewLink, 0, new byte[16])))],
        ["malformed"] = [_ => ([1, 2, 3], false)],
        ["overrun"] = [Datagram((Overrun, 0, [])), Datagram(End())],
    };

    [Theory, MemberData(nameof(Troubles))]
    public void What_is_not_told_whole_is_asked_for_again(string trouble)
    {
        var kernel = new FakeKernel(s_troubles[trouble], s_link, s_none, s_none);
        var facts = NetworkFactsReader.Read(kernel.Open);
        Assert.Equal((4, true), (kernel.Asked, facts.IsKnown));
        Assert.Single(facts.Interfaces);
    }

    [Theory, MemberData(nameof(Troubles))]
    public void What_is_never_told_whole_is_unknown(string trouble) =>
        Assert.False(NetworkFactsReader.Read(new FakeKernel([s_troubles[trouble], s_troubles[trouble], s_troubles[trouble]]).Open).IsKnown);

    [Fact]
    public void An_error_is_no_end() =>
        Assert.False(NetworkFactsReader.Read(new FakeKernel(s_link, [Datagram(ErrorOf(1))]).Open).IsKnown);

    [Fact]
    public void Answers_to_another_request_are_passed_over() =>
        Assert.Empty(NetworkFactsReader.Read(new FakeKernel([sequence => s_link[0](sequence + 1), .. s_none], s_none, s_none).Open).Interfaces);
}
