using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Sereno.Sockets.Trace;

/// <summary>Values by cookie, of which only the last so many are kept.</summary>
internal sealed class Recent<T>(int capacity)
{
    private readonly Dictionary<ulong, T> _values = [];
    private readonly Queue<ulong> _order = new();

    public int Count => _values.Count;

    /// <summary>The place of a value, made if it isn't there.</summary>
    public ref T? At(ulong cookie, out bool exists)
    {
        if (!_values.ContainsKey(cookie))
        {
            _order.Enqueue(cookie);
            if (_order.Count > capacity)
                _values.Remove(_order.Dequeue());
        }
        return ref CollectionsMarshal.GetValueRefOrAddDefault(_values, cookie, out exists);
    }

    public bool TryGet(ulong cookie, [MaybeNullWhen(false)] out T value) => _values.TryGetValue(cookie, out value);

    public bool TryTake(ulong cookie, [MaybeNullWhen(false)] out T value) => _values.Remove(cookie, out value);
}
