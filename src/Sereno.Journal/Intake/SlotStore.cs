using System.Runtime.InteropServices;
using Sereno.Linux;

namespace Sereno.Journal.Intake;

/// <summary>Lines that aren't complete, a slot for each stream that has one, in a file that is never mapped: it doesn't weigh on this process.</summary>
internal sealed class SlotStore(Fd fd)
{
    /// <summary>Where in a slot a connection's header is, and after it the line's bytes.</summary>
    public const int DataAt = 64;

    private const long Stride = DataAt + Lines.MostMax + 4096;

    private readonly Stack<int> _free = [];
    private int _count;

    public Fd Fd => fd;

    /// <summary>All that are taken, with the header's lines and the begun line. Once, before any other call.</summary>
    public IEnumerable<(int Slot, SlotHead Head, byte[] Header, byte[] Line)> Load()
    {
        _count = (int)((Files.Length(fd) + Stride - 1) / Stride);
        for (int slot = 0; slot < _count; slot++)
        {
            SlotHead head = default;
            Files.ReadAt(fd, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref head, 1)), slot * Stride);
            if (head.Source == 0)
                _free.Push(slot);
            else
                yield return (slot, head, Read(slot, DataAt, head.HeaderLength), Read(slot, DataAt + head.HeaderLength, head.Length));
        }
    }

    /// <summary>A free one; it is taken when something is written to it.</summary>
    public int Take() => _free.TryPop(out int slot) ? slot : _count++;

    public void Write(int slot, in SlotHead head, ReadOnlySpan<byte> bytes, int at)
    {
        if (!bytes.IsEmpty)
            Files.WriteAt(fd, bytes, slot * Stride + at);
        // In one piece: a page isn't written by halves when the process is killed.
        Files.WriteAt(fd, MemoryMarshal.AsBytes(new ReadOnlySpan<SlotHead>(in head)), slot * Stride);
    }

    /// <summary>Its stream is gone.</summary>
    public void Free(int slot)
    {
        Write(slot, default, [], 0);
        _free.Push(slot);
    }

    private byte[] Read(int slot, int at, int length)
    {
        var bytes = new byte[Math.Clamp(length, 0, Lines.MostMax)];
        Files.ReadAt(fd, bytes, slot * Stride + at);
        return bytes;
    }
}
