namespace Sereno.Journal.Write;

/// <summary>What became of an entry. Unless it was appended the file has none of it.</summary>
public enum AppendResult
{
    Appended,
    /// <summary>The undo log is nearly full: flush and commit, then append it again.</summary>
    CommitFirst,
    /// <summary>The file is as long as it may be: rotate.</summary>
    Full,
    /// <summary>The disk is full, or would have less free space than must be kept.</summary>
    NoSpace,
    /// <summary>It would be older than the last one: rotate, because readers bisect by time.</summary>
    TimeWentBack,
    /// <summary>What is in the file contradicts itself: set it aside.</summary>
    Damaged,
    /// <summary>Has no field, or one without a name, or with one that can't be: the entry can't be written anywhere.</summary>
    Invalid,
}
