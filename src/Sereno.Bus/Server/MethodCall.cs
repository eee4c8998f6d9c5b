using Sereno.Bus.Wire;
using Sereno.Linux;

namespace Sereno.Bus.Server;

/// <summary>
/// A method call that waits for its answer. A handler may answer at once or keep the call and answer later; only the first
/// answer counts, and one to a peer who is gone is dropped.
/// </summary>
public sealed class MethodCall
{
    private readonly Action<MessageHeader, ReadOnlyMemory<byte>> _send;
    private readonly string _out;
    private bool _answered;

    internal MethodCall(Message message, PeerCredentials caller, bool mayControl, string @out, Action<MessageHeader, ReadOnlyMemory<byte>> send) =>
        (Message, Caller, MayControl, _out, _send) = (message, caller, mayControl, @out, send);

    public Message Message { get; }

    public PeerCredentials Caller { get; }

    /// <summary>The caller is root or the owner: what <see cref="Access.Control"/> asks for.</summary>
    public bool MayControl { get; }

    /// <summary>The caller's supplementary groups, asked for when they matter.</summary>
    public Func<IReadOnlyList<uint>> Groups { get; internal init; } = () => [];

    /// <summary>The descriptors that came with the call; they live as long as the handler runs.</summary>
    public IReadOnlyList<Fd> Fds { get; internal init; } = [];

    /// <summary>What the caller keeps while it is connected.</summary>
    public Belongings Belongings { get; internal init; } = new();

    /// <summary>The arguments; their signature is checked before a handler runs.</summary>
    public MessageReader Arguments => Message.Reader;

    /// <summary>Answers with values that follow the method's out signature.</summary>
    public void Reply(Action<MessageWriter>? body = null)
    {
        using var writer = new MessageWriter();
        body?.Invoke(writer);
        Answer(MessageHeader.Return(Message.Header.Serial, _out), writer);
    }

    public void Fail(string name, string message)
    {
        using var writer = new MessageWriter();
        writer.WriteString(message);
        Answer(MessageHeader.Failure(Message.Header.Serial, name), writer);
    }

    public void Fail(BusException error) => Fail(error.Name, error.Message);

    /// <summary>A token by which somebody else answers, now or later.</summary>
    public Reply<T> Deferred<T>(Action<T, MessageWriter> write) => new(value => Reply(w => write(value, w)), Fail);

    /// <inheritdoc cref="Deferred{T}"/>
    public Reply Deferred() => new(() => Reply(), Fail);

    private void Answer(MessageHeader header, MessageWriter writer)
    {
        if (_answered)
            return;
        _answered = true;
        if ((Message.Header.Flags & MessageFlags.NoReplyExpected) == 0)
            _send(header with { Sender = BusDriver.ServiceName }, writer.Written.ToArray());
    }
}
