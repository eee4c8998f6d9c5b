using System.Buffers.Binary;
using System.Text;

namespace Sereno.Units.Values;

/// <summary>A compiled zone (tzfile(5), RFC 8536): transitions, then a rule for all time after them, and perhaps leap seconds.</summary>
public sealed class ZoneFile : Zone
{
    private const int HeaderSize = 44;

    private readonly long[] _transitions;
    private readonly byte[] _kinds;
    private readonly ZoneOffset[] _types;
    private readonly (long At, int Correction)[] _leaps;
    private readonly ZoneRule? _rule;

    private ZoneFile(long[] transitions, byte[] kinds, ZoneOffset[] types, (long, int)[] leaps, ZoneRule? rule) =>
        (_transitions, _kinds, _types, _leaps, _rule) = (transitions, kinds, types, leaps, rule);

    /// <summary>Null when the bytes are no zone.</summary>
    public static ZoneFile? Parse(ReadOnlySpan<byte> file)
    {
        try
        {
            if (!file.StartsWith("TZif"u8))
                return null;
            if (file[4] == 0)
                return Parse(file, wide: false);
            var second = file[(HeaderSize + Counts.Of(file).Size(wide: false))..];
            return second.StartsWith("TZif"u8) ? Parse(second, wide: true) : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // cut short
        }
        catch (IndexOutOfRangeException)
        {
            return null; // an index that leads nowhere
        }
    }

    private readonly record struct Counts(int IsUt, int IsStandard, int Leaps, int Transitions, int Types, int Characters)
    {
        public static Counts Of(ReadOnlySpan<byte> header)
        {
            Span<int> n = stackalloc int[6];
            for (int i = 0; i < n.Length; i++)
                if ((n[i] = BinaryPrimitives.ReadInt32BigEndian(header[(20 + 4 * i)..])) is < 0 or > 1 << 20)
                    throw new ArgumentOutOfRangeException(nameof(header));
            return new(n[0], n[1], n[2], n[3], n[4], n[5]);
        }

        public int Size(bool wide) => Transitions * ((wide ? 8 : 4) + 1) + Types * 6 + Characters + Leaps * ((wide ? 8 : 4) + 4) + IsStandard + IsUt;
    }

    private static ZoneFile? Parse(ReadOnlySpan<byte> data, bool wide)
    {
        var counts = Counts.Of(data);
        int width = wide ? 8 : 4;
        var rest = data[HeaderSize..];
        if (counts.Types == 0)
            return null;
        long[] transitions = new long[counts.Transitions];
        for (int i = 0; i < transitions.Length; i++)
            transitions[i] = Time(rest[(i * width)..], wide);
        rest = rest[(transitions.Length * width)..];
        byte[] kinds = rest[..transitions.Length].ToArray();
        rest = rest[transitions.Length..];
        var names = rest.Slice(counts.Types * 6, counts.Characters);
        var types = new ZoneOffset[counts.Types];
        for (int i = 0; i < types.Length; i++)
        {
            var name = names[rest[i * 6 + 5]..];
            types[i] = new(BinaryPrimitives.ReadInt32BigEndian(rest[(i * 6)..]), rest[i * 6 + 4] != 0, Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]));
        }
        if (kinds.Any(k => k >= types.Length))
            return null;
        rest = rest[(types.Length * 6 + counts.Characters)..];
        var leaps = new (long, int)[counts.Leaps];
        for (int i = 0; i < leaps.Length; i++, rest = rest[(width + 4)..])
            leaps[i] = (Time(rest, wide), BinaryPrimitives.ReadInt32BigEndian(rest[width..]));
        rest = rest[(counts.IsStandard + counts.IsUt)..];
        string footer = wide ? Encoding.ASCII.GetString(rest).Trim('\n') : "";
        return new(transitions, kinds, types, leaps, footer.Length > 0 ? ZoneRule.Parse(footer) : null);
    }

    private static long Time(ReadOnlySpan<byte> bytes, bool wide) =>
        wide ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt32BigEndian(bytes);

    public override ZoneOffset At(long epoch)
    {
        int next = Next(epoch);
        return next == 0 ? _types[BeforeAll] : next == _transitions.Length && _rule is not null ? _rule.At(epoch) : _types[_kinds[next - 1]];
    }

    public override CivilTime ToCivil(long epoch)
    {
        if (_leaps.Length == 0)
            return base.ToCivil(epoch);
        int last = Array.FindLastIndex(_leaps, l => epoch >= l.At);
        var offset = At(epoch);
        int correction = last < 0 ? 0 : _leaps[last].Correction;
        bool isLeap = last >= 0 && epoch == _leaps[last].At && correction > (last == 0 ? 0 : _leaps[last - 1].Correction);
        var civil = CivilTime.FromSeconds(epoch + offset.Seconds - correction) with { IsDst = offset.IsDst ? 1 : 0 };
        return isLeap ? civil with { Second = civil.Second + 1 } : civil;
    }

    /// <summary>The first transition after a time.</summary>
    private int Next(long epoch)
    {
        int index = Array.BinarySearch(_transitions, epoch);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>Before all transitions the first standard time holds.</summary>
    private int BeforeAll => Math.Max(0, Array.FindIndex(_types, t => !t.IsDst));

    /// <summary>tzset(3): each kind's name at that time, or the next it will have.</summary>
    public override ZoneNames NamesAt(long epoch)
    {
        int next = Next(epoch);
        if (next > 0 && next == _transitions.Length && _rule is not null)
            return _rule.Names;
        var order = next == 0 ? _types.Where(t => t.IsDst).Prepend(_types[BeforeAll]) : _kinds.Skip(next - 1).Select(k => _types[k]);
        string? standard = null, daylight = null;
        foreach (var type in order)
            if (type.IsDst)
                daylight ??= type.Name;
            else
                standard ??= type.Name;
        var latest = _kinds.Reverse().Select(k => _types[k]).Cast<ZoneOffset?>().ToList();
        int standardOffset = _kinds.Length == 0 ? _types[0].Seconds : latest.FirstOrDefault(t => !t!.Value.IsDst)?.Seconds ?? 0;
        int daylightOffset = latest.FirstOrDefault(t => t!.Value.IsDst)?.Seconds ?? standardOffset;
        standard ??= daylight ?? "";
        return new(standard, daylight ?? standard, IsUtc: standardOffset == 0 && daylightOffset == 0);
    }
}
