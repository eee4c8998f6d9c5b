namespace Sereno.Sockets.Filter;

internal static class InterfaceIndex
{
    /// <summary>By name, or "ifNUMBER", as iproute2 shows an interface without one; 0 for neither.</summary>
    public static uint Of(string name, IFilterNames names)
    {
        if (names.InterfaceOf(name) is > 0 and var index)
            return index;
        // sscanf(3)'s "if%u": what follows the number doesn't matter.
        return name.StartsWith("if", StringComparison.Ordinal) && CNumber.ScanDecimal(name.AsSpan(2), out uint number) ? number : 0;
    }
}
