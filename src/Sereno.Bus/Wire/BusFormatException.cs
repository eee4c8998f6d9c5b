namespace Sereno.Bus.Wire;

/// <summary>Bytes, a name or a signature that the D-Bus specification does not allow; the connection it came from is not usable any more.</summary>
public sealed class BusFormatException(string message) : FormatException(message);
