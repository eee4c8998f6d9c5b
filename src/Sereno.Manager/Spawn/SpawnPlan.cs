using System.Collections.Immutable;
using System.Text;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>One system call, or a few, that the child makes between clone and execve. <c>Stage</c> is the exit status that names a failure.</summary>
public abstract record SpawnStep(int Stage);

public sealed record NewSession() : SpawnStep(220);

/// <summary>Open a path as a descriptor of the child.</summary>
/// <param name="Permissions">Of a file that has to be made.</param>
public sealed record OpenFile(int Stage, int Target, string Path, OpenMode Mode, uint Permissions = 0x1A4 /* 0644 */) : SpawnStep(Stage);

public enum OpenMode { Read, Append, Truncate, ReadWrite, Write, Terminal }

/// <summary>The journal's pipe, which the keeper makes.</summary>
public sealed record UseLogPipe(int Stage, int Target) : SpawnStep(Stage);

public sealed record CopyDescriptor(int Stage, int Source, int Target) : SpawnStep(Stage);

public sealed record IgnoreSignal(int Signal) : SpawnStep(207);

public sealed record SetLimit(Resource Resource, ResourceLimit Limit) : SpawnStep(205);

public sealed record SetNice(int Value) : SpawnStep(201);

public sealed record SetOomScoreAdjust(int Value) : SpawnStep(206);

public sealed record SetUMask(uint Mask) : SpawnStep(200);

/// <summary>Make a folder of the unit's: parents 0755, the last one with mode and owner.</summary>
/// <param name="Recursive">When the owner changes, so does that of all that is in it.</param>
public sealed record MakeDirectory(int Stage, string Path, uint Mode, uint Uid, uint Gid, bool Recursive = false) : SpawnStep(Stage);

public sealed record ChangeDirectory(string Path, bool Optional) : SpawnStep(200);

public sealed record SetGroups(ImmutableArray<uint> Gids) : SpawnStep(216);

public sealed record SetGid(uint Gid) : SpawnStep(216);

public sealed record SetUid(uint Uid) : SpawnStep(217);

public sealed record NoNewPrivileges() : SpawnStep(227);

/// <summary>Put a descriptor that comes with the request at a number of the child.</summary>
public sealed record UseDescriptor(int Index, int Target) : SpawnStep(202);

/// <summary>Descriptors above stderr don't survive the execve.</summary>
public sealed record CloseOthers() : SpawnStep(202);

/// <summary>Nor do those above the ones that are passed on.</summary>
public sealed record CloseFrom(int First) : SpawnStep(202);

/// <summary>An environment value of <see cref="PidMark"/> becomes the child's own pid.</summary>
public sealed record Execute(string Path, ImmutableArray<string> Arguments, ImmutableArray<string> Environment) : SpawnStep(203)
{
    public const string PidMark = "@@@@@@@@@@";

    /// <summary>JOURNAL_STREAM of this value becomes device and inode of the descriptor.</summary>
    public static string StreamMark(int descriptor) => $"{descriptor}{new string('@', 40)}";
}

/// <summary>What the child does before it becomes the service: data, so it can be printed, compared and tested.</summary>
/// <param name="LogStream">Where the log pipe's lines belong; null when the plan uses none.</param>
public sealed record SpawnPlan(ImmutableArray<SpawnStep> Steps, LogStream? LogStream)
{
    public Execute Command => (Execute)Steps[^1];

    /// <summary>What the unit asks for and this machine refuses, where it is started all the same.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The same with this many descriptors from 3 on (sd_listen_fds(3)).</summary>
    public SpawnPlan Passing(int count)
    {
        int at = Steps.IndexOf(Steps.First(s => s is CloseOthers));
        return this with
        {
            Steps = Steps.SetItem(at, new CloseFrom(3 + count)).InsertRange(at, Enumerable.Range(0, count).Select(i => new UseDescriptor(i, 3 + i))),
        };
    }

    /// <summary>A line per step.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var step in Steps)
            _ = step switch
            {
                Execute e => text.Append($"execve {e.Path} [{string.Join(' ', e.Arguments)}]\n")
                    .AppendJoin("", e.Environment.Select(v => $"  {v}\n")),
                SetGroups g => text.Append($"setgroups {string.Join(' ', g.Gids)}\n"),
                _ => text.Append(step).Append('\n'),
            };
        return text.ToString();
    }
}

/// <summary>The journal's view of a process's output.</summary>
public sealed record LogStream(string Unit, string Identifier, LogSettings Settings, uint? Uid = null);

/// <summary>A plan that can't be made: the exit status that says which step, and "cannot X: cause".</summary>
public sealed class PlanException(int stage, string message) : Exception(message)
{
    /// <summary>Not a step of the child: there is nothing to run, which is <see cref="Units.ServiceResult.Resources"/>.</summary>
    public const int NoProcess = 0;

    public int Stage { get; } = stage;
}
