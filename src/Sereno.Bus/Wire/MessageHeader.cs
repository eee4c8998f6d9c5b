namespace Sereno.Bus.Wire;

public enum MessageType : byte { Invalid = 0, MethodCall = 1, MethodReturn = 2, Error = 3, Signal = 4 }

[Flags]
public enum MessageFlags : byte { None = 0, NoReplyExpected = 1, NoAutoStart = 2, AllowInteractiveAuthorization = 4 }

/// <summary>Field codes of the header's <c>a(yv)</c> (D-Bus specification, "Header Fields").</summary>
internal enum HeaderField : byte { Path = 1, Interface, Member, ErrorName, ReplySerial, Destination, Sender, Signature, UnixFds }

/// <summary>A message without its body.</summary>
public sealed record MessageHeader
{
    public required MessageType Type { get; init; }
    public MessageFlags Flags { get; init; }

    /// <summary>Set by the connection when it sends; never 0 on the wire.</summary>
    public uint Serial { get; init; }
    public string? Path { get; init; }
    public string? Interface { get; init; }
    public string? Member { get; init; }
    public string? ErrorName { get; init; }
    public uint ReplySerial { get; init; }
    public string? Destination { get; init; }
    public string? Sender { get; init; }
    public string Signature { get; init; } = "";
    public uint UnixFds { get; init; }

    public static MessageHeader Call(string path, string @interface, string member, string signature = "") =>
        new() { Type = MessageType.MethodCall, Path = path, Interface = @interface, Member = member, Signature = signature };

    public static MessageHeader Return(uint replySerial, string signature = "") =>
        new() { Type = MessageType.MethodReturn, Flags = MessageFlags.NoReplyExpected, ReplySerial = replySerial, Signature = signature };

    public static MessageHeader Failure(uint replySerial, string name) =>
        new() { Type = MessageType.Error, Flags = MessageFlags.NoReplyExpected, ReplySerial = replySerial, ErrorName = name, Signature = "s" };

    public static MessageHeader Signal(string path, string @interface, string member, string signature = "") =>
        new()
        {
            Type = MessageType.Signal, Flags = MessageFlags.NoReplyExpected,
            Path = path, Interface = @interface, Member = member, Signature = signature,
        };

    /// <summary>Why the header may not travel, or null: the fields each type requires, and that each name is one.</summary>
    internal string? Fault() =>
        Serial == 0 ? "the serial is 0"
        : Path is not null && !Names.IsObjectPath(Path) ? "the path is invalid"
        : Interface is not null && !Names.IsInterface(Interface) ? "the interface name is invalid"
        : Member is not null && !Names.IsMember(Member) ? "the member name is invalid"
        : ErrorName is not null && !Names.IsInterface(ErrorName) ? "the error name is invalid"
        : Destination is not null && !Names.IsBusName(Destination) ? "the destination is invalid"
        : Sender is not null && !Names.IsBusName(Sender) ? "the sender is invalid"
        : !Wire.Signature.IsValid(Signature) ? "the signature is invalid"
        : Type switch
        {
            MessageType.Invalid => "the type is 0",
            MessageType.MethodCall when Path is null || Member is null => "a call needs a path and a member",
            MessageType.MethodReturn when ReplySerial == 0 => "a reply needs the call's serial",
            MessageType.Error when ReplySerial == 0 || ErrorName is null => "an error needs a name and the call's serial",
            MessageType.Signal when Path is null || Interface is null || Member is null => "a signal needs path, interface and member",
            _ => null, // unknown types are for the receiver to ignore
        };
}
