using System.Collections.Immutable;
using System.Text;

namespace Sereno.Journal;

/// <summary>What the journal has to know of a stream. The manager writes it, the keeper carries it unread.</summary>
/// <param name="Unit">A full unit name.</param>
/// <param name="Identifier">SyslogIdentifier= (systemd.exec(5)).</param>
/// <param name="Priority">Facility times 8, and level (0, emerg, to 7, debug), of lines that don't say.</param>
/// <param name="ManagerStream">Lines are "UNIT\tmessage" and about that unit; <paramref name="Unit"/> is the manager's own.</param>
/// <param name="ParsePrefix">SyslogLevelPrefix=: a "&lt;N&gt;" at the start of a line is its priority (sd-daemon(3)).</param>
public sealed record StreamMetadata(string Unit, string Identifier, int Priority = 6, bool ManagerStream = false, bool ParsePrefix = true)
{
    private const byte Version = 2;

    /// <summary>Of 32 hexadecimal digits; empty for none.</summary>
    public string InvocationId { get; init; } = "";
    public string Slice { get; init; } = "";
    /// <summary>Who writes, in case they are gone before anybody has looked.</summary>
    public uint? Uid { get; init; }
    /// <summary>LogLevelMax=.</summary>
    public int LevelMax { get; init; } = 7;
    /// <summary>LogRateLimitIntervalSec= in microseconds; null leaves it to journald.conf.</summary>
    public ulong? RateLimitInterval { get; init; }
    public uint? RateLimitBurst { get; init; }
    /// <summary>LogExtraFields=, NAME=value each.</summary>
    public ImmutableArray<string> ExtraFields { get; init; } = [];
    /// <summary>LogFilterPatterns=; one that begins with "~" is of lines that are dropped.</summary>
    public ImmutableArray<string> FilterPatterns { get; init; } = [];
    /// <summary>Lines are lost while nothing can be written, instead of the service waiting.</summary>
    public bool DropsWhenFull { get; init; }

    public byte[] Encode()
    {
        var bytes = new MemoryStream();
        var to = new BinaryWriter(bytes, Encoding.UTF8);
        to.Write(Version);
        to.Write((ushort)Priority);
        to.Write((byte)((ManagerStream ? 1 : 0) | (ParsePrefix ? 2 : 0) | (DropsWhenFull ? 4 : 0) | (RateLimitInterval is null ? 0 : 8) | (RateLimitBurst is null ? 0 : 16)
            | (Uid is null ? 0 : 32)));
        to.Write((byte)LevelMax);
        to.Write(RateLimitInterval ?? 0);
        to.Write(RateLimitBurst ?? 0);
        to.Write(Uid ?? 0);
        foreach (string text in (string[])[Unit, Identifier, InvocationId, Slice])
            to.Write(text);
        foreach (var list in (ImmutableArray<string>[])[ExtraFields, FilterPatterns])
        {
            to.Write((ushort)list.Length);
            foreach (string text in list)
                to.Write(text);
        }
        return bytes.ToArray();
    }

    /// <summary>Null for anything that <see cref="Encode"/> doesn't make.</summary>
    public static StreamMetadata? Decode(byte[] bytes)
    {
        var stream = new MemoryStream(bytes);
        var from = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            if (from.ReadByte() != Version)
                return null;
            int priority = from.ReadUInt16(), flags = from.ReadByte(), max = from.ReadByte();
            ulong interval = from.ReadUInt64();
            uint burst = from.ReadUInt32(), uid = from.ReadUInt32();
            string unit = from.ReadString(), identifier = from.ReadString(), invocation = from.ReadString(), slice = from.ReadString();
            var metadata = new StreamMetadata(unit, identifier, priority, (flags & 1) != 0, (flags & 2) != 0)
            {
                InvocationId = invocation, Slice = slice, LevelMax = max, DropsWhenFull = (flags & 4) != 0,
                RateLimitInterval = (flags & 8) != 0 ? interval : null, RateLimitBurst = (flags & 16) != 0 ? burst : null,
                Uid = (flags & 32) != 0 ? uid : null, ExtraFields = List(), FilterPatterns = List(),
            };
            return stream.Position == bytes.Length && priority < 1024 && max <= 7 && flags < 64 ? metadata : null;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }

        ImmutableArray<string> List() => from.ReadUInt16() is > 0 and var count ? [.. Enumerable.Range(0, count).Select(_ => from.ReadString())] : [];
    }
}
