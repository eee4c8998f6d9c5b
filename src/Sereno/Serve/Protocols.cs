namespace Sereno.Serve;

/// <summary>The example servers by name.</summary>
public static class Protocols
{
    /// <summary>As they are offered; <see cref="Make"/> knows the RFCs' other names too.</summary>
    public static string[] Names { get; } = ["http", "hello", "echo", "time", "daytime", "discard", "chargen", "rfc868"];

    public static Protocol Make(string name, TimeSpan slow) => name switch
    {
        "http" or "hello" => new HttpProtocol { Slow = slow },
        "echo" => new EchoProtocol { Slow = slow },
        "time" or "daytime" => new TimeProtocol { Slow = slow },
        "rfc868" => new SecondsProtocol { Slow = slow },
        "discard" => new DiscardProtocol { Slow = slow },
        "chargen" => new CharactersProtocol { Slow = slow },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
