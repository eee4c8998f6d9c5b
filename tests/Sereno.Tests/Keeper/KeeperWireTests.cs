using CsCheck;
using Sereno.Journal;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Keeper;

public class KeeperWireTests
{
    public static TheoryData<KeeperRequest> Requests =>
    [
        new SpawnRequest(ulong.MaxValue, true, [1, 2, 3], [], [4, 5]),
        new SpawnRequest(1, false, [], new byte[KeeperWire.MaxLog], new byte[KeeperWire.MaxInlinePlan]),
        new SpawnRequest(2, true, [1], [], [4], "store/ñ"),
        new AcknowledgeRequest(77),
        new HoldRequest("checkpoint ñ"),
        new DropRequest(""),
        new ExitRequest(-1),
    ];

    public static TheoryData<KeeperReply> Replies =>
    [
        new ChildReply(5, 4711, true, [9]),
        new HeldReply("name"),
        new WelcomeReply(),
        new SpawnedReply(5, 4711, false),
        new SpawnFailedReply(5, (int)ExitStage.Chdir, 2, -1),
        new ExitedReply(1, 5, 4711, (int)ChildCode.Dumped, 11, [1, 2]),
        new SignalReply(15),
    ];

    [Theory, MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public void A_request_comes_back_as_it_was(KeeperRequest request) => Assert.Equivalent(request, KeeperWire.DecodeRequest(KeeperWire.Encode(request)), strict: true);

    [Theory, MemberData(nameof(Replies), DisableDiscoveryEnumeration = true)]
    public void A_reply_comes_back_as_it_was(KeeperReply reply) => Assert.Equivalent(reply, KeeperWire.DecodeReply(KeeperWire.Encode(reply)), strict: true);

    [Fact]
    public void An_exit_is_these_bytes() => Assert.Equal(
        new byte[]
        {
            37,                         // Exited
            2, 0, 0, 0, 0, 0, 0, 0,     // sequence
            3, 0, 0, 0, 0, 0, 0, 0,     // id
            0x39, 0x30, 0, 0,           // pid 12345
            1,                          // CLD_EXITED
            7, 0, 0, 0,                 // status
            1, 0, 0, 0, 0xaa,           // tag
        },
        KeeperWire.Encode(new ExitedReply(2, 3, 12345, (int)ChildCode.Exited, 7, [0xaa])));

    [Fact]
    public void Streams_come_back_as_they_were()
    {
        var stream = new StreamOpened(8, 100, [1, 2]);
        Assert.Equivalent(stream, KeeperWire.DecodeStreamOpened(KeeperWire.Encode(stream)), strict: true);
        Assert.Equal(new StreamDone(8), KeeperWire.DecodeStreamDone(KeeperWire.Encode(new StreamDone(8))));
        var metadata = new StreamMetadata("nginx.service", "ngïnx", 3, ManagerStream: true, ParsePrefix: false);
        Assert.Equal(metadata, StreamMetadata.Decode(metadata.Encode()));
    }

    [Fact]
    public void Bytes_of_any_kind_are_a_message_or_none() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        _ = KeeperWire.DecodeRequest(bytes);
        _ = KeeperWire.DecodeReply(bytes);
        _ = KeeperWire.DecodeStreamOpened(bytes);
        _ = StreamMetadata.Decode(bytes);
    });

    [Fact]
    public void A_cut_message_is_none()
    {
        byte[] whole = KeeperWire.Encode(new SpawnRequest(1, true, [1, 2], [3], [4]));
        for (int n = 0; n < whole.Length; n++)
            Assert.Null(KeeperWire.DecodeRequest(whole.AsSpan(0, n)));
        Assert.Null(KeeperWire.DecodeRequest([.. whole, 0]));
    }
}
