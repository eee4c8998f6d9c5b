namespace Sereno.Tmpfiles;

[Flags]
public enum AgeBy { Access = 1, Birth = 2, Change = 4, Modification = 8, Files = 15, Folders = Access | Birth | Modification }

[Flags]
public enum TmpfilesOperations { None = 0, Create = 1, Remove = 2, Clean = 4 }

/// <summary>One line of tmpfiles.d(5).</summary>
public sealed record TmpfilesItem
{
    /// <summary>The line's letter.</summary>
    public required char Type { get; init; }

    /// <summary>As it is on this machine: with the root before it.</summary>
    public required string Path { get; init; }
    public string? Argument { get; init; }
    public byte[]? Content { get; init; }

    /// <summary><c>+</c>: force or append; <c>-</c>: a failure is none; <c>=</c>: what is of another kind goes.</summary>
    public bool Forces { get; init; }
    public bool MayFail { get; init; }
    public bool Replaces { get; init; }

    public uint? Mode { get; init; }

    /// <summary><c>~</c>: only as far as the file's own permissions go.</summary>
    public bool MasksMode { get; init; }
    public bool ModeOnlyOfNew { get; init; }
    public uint? Uid { get; init; }
    public bool UidOnlyOfNew { get; init; }
    public uint? Gid { get; init; }
    public bool GidOnlyOfNew { get; init; }

    /// <summary>In microseconds; null: never cleaned.</summary>
    public ulong? Age { get; init; }
    public AgeBy AgeOfFiles { get; init; } = AgeBy.Files;
    public AgeBy AgeOfFolders { get; init; } = AgeBy.Folders;
    public bool KeepsFirstLevel { get; init; }
    public ulong DeviceNumber { get; init; }

    public uint CreationMode => Mode ?? (Type is 'd' or 'D' or 'v' or 'q' or 'Q' ? 0x1EDu : 0x1A4u);

    /// <summary>Whether the path is a pattern.</summary>
    public bool IsGlob => Type is 'w' or 'x' or 'X' or 'r' or 'R' or 'e' or 'm' or 'z' or 'Z' or 't' or 'T' or 'a' or 'A' or 'h' or 'H';

    /// <summary>It makes the thing itself; such lines come first, and only one of them can be for a path.</summary>
    public bool Owns => Type is 'f' or 'F' or 'd' or 'e' or 'D' or 'v' or 'q' or 'Q' or 'p' or 'L' or 'c' or 'b' or 'C' or 'w' or 'x' or 'X' or 'r' or 'R';

    public bool Contradicts(TmpfilesItem other) => Owns && other.Owns && !(Forces && other.Forces && Type == 'w' && other.Type == 'w') && !IsLike(other);

    /// <summary>The letter and its modifiers aside.</summary>
    private bool IsLike(TmpfilesItem o) => (Content ?? []).AsSpan().SequenceEqual(o.Content ?? []) && Uid == o.Uid && UidOnlyOfNew == o.UidOnlyOfNew &&
        Gid == o.Gid && GidOnlyOfNew == o.GidOnlyOfNew && Mode.HasValue == o.Mode.HasValue && CreationMode == o.CreationMode && ModeOnlyOfNew == o.ModeOnlyOfNew &&
        MasksMode == o.MasksMode && Age == o.Age && AgeOfFiles == o.AgeOfFiles && AgeOfFolders == o.AgeOfFolders &&
        KeepsFirstLevel == o.KeepsFirstLevel && DeviceNumber == o.DeviceNumber;
}
