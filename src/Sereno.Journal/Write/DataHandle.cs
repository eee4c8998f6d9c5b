namespace Sereno.Journal.Write;

/// <summary>A field that <see cref="JournalWriter.Intern"/> made known to one writer.</summary>
public readonly record struct DataHandle(int Index);
