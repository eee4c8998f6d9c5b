using Sereno.Bus.Wire;
using Sereno.Linux;

namespace Sereno.Bus.Server;

/// <summary>Finds what a call means in an object tree, checks signature and access, and runs it. Without I/O.</summary>
public sealed class Dispatcher(IObjectTree tree, uint ownerUid)
{
    private readonly StandardInterfaces _standard = new(tree);
    private readonly BusDriver _driver = new();

    /// <param name="send">Called at most once, now or later: the answer's header and body.</param>
    /// <param name="groups">The caller's supplementary groups.</param>
    /// <param name="fds">What came with the message; still the caller's.</param>
    public void Dispatch(Message message, PeerCredentials caller, Action<MessageHeader, ReadOnlyMemory<byte>> send, IReadOnlyList<Fd>? fds = null, Belongings? belongings = null,
        Func<IReadOnlyList<uint>>? groups = null)
    {
        if (message.Header.Type != MessageType.MethodCall)
            return; // replies to calls we never made, signals to nobody
        bool mayControl = caller.Uid == 0 || caller.Uid == ownerUid;
        MethodCall Call(string @out) => new(message, caller, mayControl, @out, send) { Fds = fds ?? [], Belongings = belongings ?? new(), Groups = groups ?? (() => []) };
        MethodCall? call = null;
        try
        {
            var method = Find(message.Header with { Path = tree.Resolve(message.Header.Path!, caller) });
            call = Call(method.Out);
            if (message.Header.Signature != method.In)
                throw new BusException(BusErrors.InvalidArgs,
                    $"Invalid arguments '{message.Header.Signature}' to call {Name(message)}(), expecting '{method.In}'.");
            if (method.Access == Access.Control && !mayControl)
                throw new BusException(BusErrors.AccessDenied, $"Access to {Name(message)}() not permitted.");
            method.Run(call);
        }
        catch (BusException e)
        {
            (call ?? Call("")).Fail(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException) // LinuxException is an IOException
        {
            call!.Fail(BusErrors.Failed, e.Message);
        }
    }

    private static string Name(Message message) => $"{message.Header.Interface}.{message.Header.Member}";

    private Invocation Find(MessageHeader header)
    {
        var (path, member) = (header.Path!, header.Member!);
        if (header.Interface == StandardInterfaces.PeerName) // of the connection, not of an object
            return _standard.Peer.FindMethod(member, path) ?? throw UnknownMethod(header);
        var bindings = path == BusDriver.Path ? [new(_driver.Table, path)] : tree.Find(path);
        if (bindings is null && !tree.Children(path).Any() && !IsListed(path))
            throw new BusException(BusErrors.UnknownObject, $"Unknown object '{path}'.");
        foreach (var (table, target) in _standard.BindTo(path, bindings ?? []))
            if ((header.Interface is null || header.Interface == table.Name) && table.FindMethod(member, target) is { } method)
                return method;
        throw UnknownMethod(header);
    }

    /// <summary>A folder that is empty just now.</summary>
    private bool IsListed(string path) => path.LastIndexOf('/') is >= 0 and var at && tree.Children(at == 0 ? "/" : path[..at]).Contains(path[(at + 1)..]);

    private static BusException UnknownMethod(MessageHeader header) =>
        new(BusErrors.UnknownMethod, $"Unknown method {header.Member} or interface {header.Interface}.");
}
