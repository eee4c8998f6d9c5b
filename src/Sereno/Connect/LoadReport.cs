using System.Globalization;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Texts;
using Sereno.Units.Values;
using Sereno.Verbs;

namespace Sereno.Connect;

/// <summary>Many connections, and what is told of them.</summary>
internal sealed class LoadReport(Destination destination, bool json)
{
    private const int LongestRequest = 1024 * 1024;

    public static (double Percent, string Label)[] Percents { get; } = [(50, "p50"), (90, "p90"), (99, "p99"), (100, "max")];

    /// <summary>Standard input, which each connection sends; nothing where a person would have to type it.</summary>
    public static byte[] ReadRequest()
    {
        if (Terminal.Is(0))
            return [];
        var request = new MemoryStream();
        byte[] buffer = new byte[LongestRequest];
        for (int n; request.Length < LongestRequest && (n = StandardStreams.Input.Read(buffer.AsSpan(0, LongestRequest - (int)request.Length))) > 0;)
            request.Write(buffer, 0, n);
        return request.ToArray();
    }

    /// <returns>0 when all connections came to their end, 1 when one failed.</returns>
    public int Run(Func<IReadOnlyList<(ClientAddress, ListenerKind)>, LoadPlan> plans)
    {
        using var signals = new SignalPipe(libc.SIGINT, libc.SIGTERM, libc.SIGHUP);
        var plan = plans([.. from a in destination.Addresses from k in destination.Kinds select (a, k)]);
        using var run = new LoadRun(plan);
        run.Run(signals, () =>
        {
            if (json)
                return;
            StandardStreams.Text.WriteLine(Text.Current.Connect.Held(run.Held, plan.Count, Durations.Of(run.Elapsed)));
            StandardStreams.Errors.WriteLine(Text.Current.Connect.HowToEnd);
            StandardStreams.Text.Flush();
        });
        if (json)
            ConnectJson.Write(destination.Shown, plan, run, StandardStreams.Output);
        else
            Show(plan, run);
        return run.Failures.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    public static double Rate(LoadRun run, LoadPlan plan) =>
        run.Elapsed > TimeSpan.Zero ? (plan.Holds ? run.Connected.Count : run.Done) / run.Elapsed.TotalSeconds : 0;

    public static IEnumerable<(string Name, Percentiles Times)> Rows(LoadRun run) =>
        ((string, Percentiles)[])[("connect", run.Connected), ("first", run.FirstByte), ("whole", run.Whole)];

    private void Show(LoadPlan plan, LoadRun run)
    {
        var text = Text.Current.Connect;
        var output = StandardStreams.Text;
        output.WriteLine(text.Load(plan.Holds ? run.Connected.Count : run.Done, plan.Count, plan.Concurrency, Durations.Of(run.Elapsed),
            Rate(run, plan).ToString(Rate(run, plan) < 100 ? "0.0" : "0", CultureInfo.InvariantCulture)));
        foreach (var (errno, number) in run.Failures.OrderByDescending(f => f.Value))
            output.WriteLine(text.Failed(number, Errnos.NameOf(errno), Errno.Text(errno)));
        if (run.Failures.Count > 0 && Attempt.Advice(run.Address, run.Failures.MaxBy(f => f.Value).Key) is { } advice)
            output.WriteLine(advice);
        if (run.BytesSent + run.BytesReceived > 0)
            output.WriteLine(text.Bytes(run.BytesSent, run.BytesReceived));
        if (run.Connected.Count == 0)
            return;
        output.WriteLine($"{"",-11}{string.Concat(Percents.Select(p => $"{p.Label,9}"))}");
        foreach (var (name, times) in Rows(run).Where(r => r.Times.Count > 0))
            output.WriteLine($"{text.Row(name),-11}{string.Concat(Percents.Select(p => $"{Durations.Of(times.Of(p.Percent)),9}"))}");
    }
}
