using System.Collections.Immutable;
using Sereno.Manager.Units;

namespace Sereno.Tests.Simulation;

/// <summary>What a simulated program does. Times are microseconds from its start.</summary>
public sealed record Behaviour
{
    public static readonly Behaviour Daemon = new(), Succeeds = Exits(0), Hangs = new() { Ignores = [1, 2, 6, 15] };

    /// <summary>Null: it runs until a signal ends it.</summary>
    public ulong? EndsAfter { get; init; }
    public ProcessExit Exit { get; init; } = new(ExitCode.Exited, 0);
    public ImmutableHashSet<int> Ignores { get; init; } = [];

    /// <summary>From a signal to the end.</summary>
    public ulong DiesAfter { get; init; } = 1_000;

    /// <summary>Exits with this instead of dying of the signal; SIGKILL excepted.</summary>
    public int? ExitsOnSignal { get; init; }

    /// <summary>Datagrams to $NOTIFY_SOCKET.</summary>
    public ImmutableArray<(ulong After, string Text)> Notifies { get; init; } = [];

    /// <summary>Forked off when it ends (or at once when <see cref="ForksAtOnce"/>); belongs to the unit, and to the keeper once its parent has gone.</summary>
    public Behaviour? Child { get; init; }
    public bool ForksAtOnce { get; init; }

    /// <summary>The child's pid appears in the unit's PIDFile= this long after the fork.</summary>
    public ulong? WritesPidAfter { get; init; }

    public static Behaviour Exits(int status, ulong after = 1_000) => new() { EndsAfter = after, Exit = new(ExitCode.Exited, status) };

    public static Behaviour Dies(int signal, ulong after = 1_000, bool dumps = false) =>
        new() { EndsAfter = after, Exit = new(dumps ? ExitCode.Dumped : ExitCode.Killed, signal) };

    public static Behaviour Notifying(string text, ulong after = 1_000) => new() { Notifies = [(after, text)] };

    public static Behaviour Forking(Behaviour child, ulong? pidAfter = null, ulong after = 1_000) =>
        new() { EndsAfter = after, Child = child, WritesPidAfter = pidAfter };
}
