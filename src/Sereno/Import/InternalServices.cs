namespace Sereno.Import;

/// <summary>What inetd and xinetd serve themselves, and which of our servers does the same.</summary>
public static class InternalServices
{
    public static string? Ours(string name) => name switch
    {
        "echo" or "discard" or "chargen" or "daytime" => name,
        "time" => "rfc868", // ours of that name is for people
        _ => null,
    };
}
