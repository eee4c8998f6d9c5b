namespace Sereno.Journal.Write;

/// <summary>Why a journal file can't be gone on with: it is to be set aside, and a new one begun.</summary>
public enum OpenRefusal
{
    None,
    /// <summary>No journal file, or a damaged one.</summary>
    Corrupt,
    /// <summary>Shorter than it says.</summary>
    Truncated,
    OtherMachine,
    /// <summary>Has features that we don't write.</summary>
    Incompatible,
    /// <summary>Its writer ended without saying so, and left no undo log.</summary>
    Unclean,
    Archived,
    /// <summary>Its last entry is of a time that hasn't come yet.</summary>
    FromTheFuture,
}
