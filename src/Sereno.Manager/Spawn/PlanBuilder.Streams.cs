using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>Standard input, output and error, which inherit from each other in this order (systemd.exec(5), StandardOutput=).</summary>
public static partial class PlanBuilder
{
    private static LogStream? AddStreams(ImmutableArray<SpawnStep>.Builder steps, UnitName unit, ExecContext context, uint? uid, bool takesTerminal,
        ImmutableArray<string> descriptors, ImmutableArray<string> streams)
    {
        AddTerminalReset(steps, context.Terminal);
        if (!streams.IsEmpty)
            return AddGiven(steps, unit, context, uid, descriptors.Length, streams);
        if (context.UsesSocket && descriptors.Length != 1)
            throw new PlanException(PlanException.NoProcess, descriptors.IsEmpty ? "Got no socket." : "Got more than one socket.");
        var input = Available(context.StandardInput, !takesTerminal, context.InputData.IsEmpty);
        var (output, error) = (context.StandardOutput, context.StandardError);
        uint permissions = 0x1B6 & ~context.UMask; // 0666
        AddInput(steps, context, input, uid, permissions, descriptors);

        if (output.Kind == StreamKind.Inherit)
            output = context.StandardInput.Kind == StreamKind.Tty ? new(StreamKind.Tty)
                : input.Kind is StreamKind.Null or StreamKind.Data ? StreamTarget.Null : input;
        bool logs = AddOutput(steps, output, 1);
        if (error.Kind == StreamKind.Inherit || (error == output && error.Kind != StreamKind.Fd))
            steps.Add(new CopyDescriptor(222, 1, 2));
        else
            logs |= AddOutput(steps, error, 2);
        return logs ? new LogStream(unit.Full, Shorten(context.SyslogIdentifier ?? ""), context.Logging, uid) : null;

        bool AddOutput(ImmutableArray<SpawnStep>.Builder steps, StreamTarget target, int fd)
        {
            int stage = fd == 1 ? 209 : 222;
            bool sameAsInput = target == input || (target.Kind == StreamKind.Tty && input.Kind == StreamKind.Tty)
                || (input.Kind == StreamKind.File && target.Argument == input.Argument && target.Kind is StreamKind.File or StreamKind.Append or StreamKind.Truncate);
            SpawnStep step = sameAsInput && target.Kind != StreamKind.Null ? new CopyDescriptor(stage, 0, fd) : target.Kind switch
            {
                StreamKind.Null => new OpenFile(stage, fd, "/dev/null", OpenMode.Append),
                StreamKind.File => new OpenFile(stage, fd, target.Argument!, OpenMode.Write, permissions),
                StreamKind.Append => new OpenFile(stage, fd, target.Argument!, OpenMode.Append, permissions),
                StreamKind.Truncate => new OpenFile(stage, fd, target.Argument!, OpenMode.Truncate, permissions),
                StreamKind.Tty => new OpenFile(stage, fd, TerminalOf(context.Terminal), OpenMode.Terminal),
                StreamKind.Fd => new UseDescriptor(Index(target, fd == 1 ? "stdout" : "stderr", stage, descriptors), fd),
                // The kernel's log and the console end in the journal here, which `check` says.
                StreamKind.Data or StreamKind.Inherit or StreamKind.Journal or StreamKind.Kmsg => new UseLogPipe(stage, fd),
                StreamKind.Socket => new UseDescriptor(0, fd),
            };
            steps.Add(step);
            return step is UseLogPipe;
        }
    }

    /// <summary>JOURNAL_STREAM (systemd.exec(5)): whose standard error is that very file may as well talk to /run/systemd/journal/socket, so
    /// it is said only where that socket is our journal's.</summary>
    private static IEnumerable<KeyValuePair<string, string>> JournalStream(IEnumerable<SpawnStep> steps, InstanceFacts facts) =>
        facts.HasSystemJournal && steps.OfType<UseLogPipe>().FirstOrDefault() is { } pipe ? [new("JOURNAL_STREAM", Execute.StreamMark(pipe.Target))] : [];

    /// <summary>What somebody else has opened. A terminal among it becomes the session's own, if it is nobody's yet; what isn't there is as it would be without.</summary>
    private static LogStream? AddGiven(ImmutableArray<SpawnStep>.Builder steps, UnitName unit, ExecContext context, uint? uid, int first, ImmutableArray<string> streams)
    {
        bool logs = false;
        for (int fd = 0; fd < 3; fd++)
            if (fd == 0 && streams.Contains("stdin") && context.Terminal.Path is { } terminal)
                steps.Add(new TakeTerminal(terminal, false, null, context.Terminal.Rows, context.Terminal.Columns));
            else if (streams.IndexOf(Units.ServiceUnit.StreamName(fd)) is >= 0 and var index)
                steps.Add(new UseDescriptor(first + index, fd));
            else if (fd == 0)
                steps.Add(new OpenFile(208, 0, "/dev/null", OpenMode.Read));
            else
            {
                steps.Add(new UseLogPipe(fd == 1 ? 209 : 222, fd));
                logs = true;
            }
        return logs ? new LogStream(unit.Full, Shorten(context.SyslogIdentifier ?? ""), context.Logging, uid) : null;
    }

    /// <summary>What there is nothing for is as if it weren't asked for.</summary>
    private static StreamTarget Available(StreamTarget target, bool withoutTerminal, bool withoutData) => target.Kind switch
    {
        StreamKind.Tty when withoutTerminal => StreamTarget.Null,
        StreamKind.Data when withoutData => StreamTarget.Null,
        _ => target,
    };

    private static void AddInput(ImmutableArray<SpawnStep>.Builder steps, ExecContext context, StreamTarget input, uint? uid, uint permissions,
        ImmutableArray<string> descriptors)
    {
        const int stage = 208;
        bool alsoOutput = input.Argument is { } path && (IsFile(context.StandardOutput, path) || IsFile(context.StandardError, path));
        steps.Add(input.Kind switch
        {
            StreamKind.File => new OpenFile(stage, 0, input.Argument!, alsoOutput ? OpenMode.ReadWrite : OpenMode.Read, permissions),
            StreamKind.Data => new ProvideData(stage, 0, context.InputData),
            StreamKind.Tty => new TakeTerminal(TerminalOf(context.Terminal), input.Argument == "force", uid, context.Terminal.Rows, context.Terminal.Columns),
            StreamKind.Fd => new UseDescriptor(Index(input, "stdin", stage, descriptors), 0),
            StreamKind.Socket => new UseDescriptor(0, 0),
            _ => new OpenFile(stage, 0, "/dev/null", OpenMode.Read),
        });

        static bool IsFile(StreamTarget target, string path) => target.Kind == StreamKind.File && target.Argument == path;
    }

    private static void AddTerminalReset(ImmutableArray<SpawnStep>.Builder steps, TerminalSettings terminal)
    {
        if (terminal is not { Reset: false, HangUp: false, Disallocate: false })
            steps.Add(new ResetTerminal(TerminalOf(terminal), terminal.HangUp, terminal.Reset, terminal.Disallocate));
    }

    private static string TerminalOf(TerminalSettings terminal) => terminal.Path ?? "/dev/console";

    /// <summary>Descriptors are found by name: FileDescriptorName= of a socket, or the one it was stored under.</summary>
    private static int Index(StreamTarget target, string defaultName, int stage, ImmutableArray<string> descriptors) =>
        descriptors.IndexOf(target.Argument ?? defaultName) is >= 0 and var index ? index
            : throw new PlanException(stage, $"cannot find a file descriptor that is called {target.Argument ?? defaultName}");
}
