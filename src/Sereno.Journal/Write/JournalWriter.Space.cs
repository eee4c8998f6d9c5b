using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sereno.Journal.Format;

namespace Sereno.Journal.Write;

// Where new objects go, and how the file grows.
public sealed partial class JournalWriter
{
    private const ulong PreparedAtOnce = 64 << 10;

    private int _growError;
    private ulong _prepared; // up to here the pages beyond the end are there

    /// <summary>Sees to it that so many bytes can be appended, and stored to without fail.</summary>
    private AppendResult Reserve(ulong size)
    {
        ulong allocated = FileHeader.Size + _header.ArenaSize;
        if (_end + size > allocated && Grow(size, allocated) is var result && result != AppendResult.Appended)
            return result;
        if (_end + size > _prepared)
            _file.Prepare(_end, (_prepared = Math.Min(_end + size + PreparedAtOnce, FileHeader.Size + _header.ArenaSize)) - _end);
        return AppendResult.Appended;
    }

    private AppendResult Grow(ulong size, ulong allocated)
    {
        ulong limit = _options.MaxSize != 0 ? _options.MaxSize : ulong.MaxValue - Step;
        if (IsCompact)
            limit = Math.Min(limit, uint.MaxValue & ~(PageSize - 1));
        ulong need = (_end + size + PageSize - 1) & ~(PageSize - 1);
        if (need > limit)
            return AppendResult.Full;
        if (need > MinSize && _options.KeepFree > 0 && !_file.HasFree(need - allocated, _options.KeepFree))
            return AppendResult.NoSpace;
        ulong target = Math.Min((need + Step - 1) / Step * Step, limit);
        if ((_growError = _file.Grow(target)) != 0)
            return AppendResult.NoSpace;
        // Not undone: a file that has more room than it needs is right too.
        _header.ArenaSize = target - FileHeader.Size;
        BinaryPrimitives.WriteUInt64LittleEndian(_file.Slice(FileHeader.ArenaSizeAt, sizeof(ulong)), _header.ArenaSize);
        return AppendResult.Appended;
    }

    /// <summary>An object's place, in what was reserved, with its header; the rest is the caller's to write, all of it.</summary>
    private ulong Allocate(ObjectType type, ulong length)
    {
        ulong at = _end;
        MemoryMarshal.Write(_file.Slice(at, ObjectHeader.Size), new ObjectHeader(type, length));
        _end += Align(length);
        _header.TailObjectOffset = at;
        _header.ObjectCount++;
        return at;
    }

    private static ulong Align(ulong length) => (length + 7) & ~7UL;
}
