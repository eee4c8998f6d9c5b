using Sereno.Sockets.Wire;

namespace Sereno.Sockets.Filter;

/// <summary>"state NAME", "exclude NAME" and "excl NAME" before a filter, repeated as often as one likes.</summary>
public static class StateWords
{
    private static readonly Dictionary<string, TcpStates> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = TcpStates.All,
        ["connected"] = TcpStates.Connected,
        ["synchronized"] = TcpStates.Synchronized,
        ["bucket"] = TcpStates.Bucket,
        ["big"] = TcpStates.Big,
        ["unknown"] = TcpStates.Unknown,
        ["established"] = Of(TcpState.Established),
        ["syn-sent"] = Of(TcpState.SynSent),
        ["syn-recv"] = Of(TcpState.SynReceived),
        ["syn-rcv"] = Of(TcpState.SynReceived),
        ["fin-wait-1"] = Of(TcpState.FinWait1),
        ["fin-wait-2"] = Of(TcpState.FinWait2),
        ["time-wait"] = Of(TcpState.TimeWait),
        ["unconnected"] = Of(TcpState.Close),
        ["close"] = Of(TcpState.Close),
        ["closed"] = Of(TcpState.Close),
        ["close-wait"] = Of(TcpState.CloseWait),
        ["last-ack"] = Of(TcpState.LastAck),
        ["listening"] = Of(TcpState.Listen),
        ["closing"] = Of(TcpState.Closing),
    };

    /// <summary>Reads them from the front of <paramref name="words"/>; returns how many words they are.</summary>
    /// <param name="states">The states that options asked for; the first of these words replaces them. None: nobody asked.</param>
    /// <exception cref="FilterException">A state is missing, or ss doesn't know it.</exception>
    public static int Read(IReadOnlyList<string> words, ref TcpStates states)
    {
        int at = 0;
        for (; at < words.Count && words[at] is "state" or "exclude" or "excl"; at += 2)
        {
            bool include = words[at] == "state";
            if (at + 1 == words.Count)
                throw Wrong(FilterProblem.ExpectedValue, words, at + 1, words[at], "Command line is not complete. Try option \"help\"\n");
            if (!s_names.TryGetValue(words[at + 1], out var named))
                throw Wrong(FilterProblem.UnknownState, words, at + 1, "", $"ss: wrong state name: {words[at + 1]}\n");
            if (at == 0)
                states = include ? TcpStates.None : TcpStates.All;
            states = include ? states | named : states & ~named;
        }
        return at;
    }

    private static TcpStates Of(TcpState state) => (TcpStates)(1u << (int)state);

    private static FilterException Wrong(FilterProblem problem, IReadOnlyList<string> words, int at, string subject, string ssText)
    {
        string line = string.Join(' ', words), word = at < words.Count ? words[at] : "";
        int column = Math.Min(words.Take(at).Sum(w => w.Length + 1), line.Length);
        return new(problem, new(line, 0, column, Math.Max(1, word.Length)), word, subject, ssText, exitCode: 255, showsUsage: false);
    }
}
