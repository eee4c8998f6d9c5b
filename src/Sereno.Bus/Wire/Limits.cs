namespace Sereno.Bus.Wire;

/// <summary>What the D-Bus specification sets as maxima ("Marshaling", "Message Protocol").</summary>
public static class Limits
{
    public const int MessageLength = 128 * 1024 * 1024;
    public const int ArrayLength = 64 * 1024 * 1024;
    public const int SignatureLength = 255;
    public const int NameLength = 255;
    public const int ArrayDepth = 32;
    public const int StructDepth = 32;

    /// <summary>Containers of any kind, variants included; each variant's signature starts counting anew, so this bounds the recursion.</summary>
    public const int TotalDepth = 64;
}
