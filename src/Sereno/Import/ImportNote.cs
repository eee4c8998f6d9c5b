using Sereno.Texts;

namespace Sereno.Import;

/// <summary>How much of what a line meant is lost.</summary>
public enum ImportLoss
{
    /// <summary>Worth knowing; nothing is lost.</summary>
    Nothing,

    /// <summary>The service is there, and differs.</summary>
    Part,

    /// <summary>There is no unit for it.</summary>
    Service,
}

/// <summary>Something to be told of a line.</summary>
/// <param name="Word">What it is about, as the file has it.</param>
public sealed record ImportNote(string File, int Line, ImportProblem Problem, string Word = "")
{
    public ImportLoss Loss => Problem switch
    {
        ImportProblem.Disabled or ImportProblem.Wrapped or ImportProblem.Logging or ImportProblem.Renamed or ImportProblem.Replaces => ImportLoss.Nothing,
        < ImportProblem.FirstPartly => ImportLoss.Service,
        _ => ImportLoss.Part,
    };
}
