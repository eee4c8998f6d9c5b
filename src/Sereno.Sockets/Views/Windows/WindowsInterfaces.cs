using Sereno.Sockets.Views.Netstat;

namespace Sereno.Sockets.Views.Windows;

/// <summary>netstat -e: what all interfaces together received and sent.</summary>
internal sealed class WindowsInterfaces(WindowsPage page)
{
    private const int NameWidth = 20, ReceivedWidth = 15, SentWidth = 16;

    public void Write(IEnumerable<InterfaceCounters> interfaces)
    {
        var text = page.Text;
        page.Line(text.InterfaceStatistics);
        page.Line();
        page.Right(text.Received, NameWidth + ReceivedWidth);
        page.Right(text.Sent, SentWidth);
        page.EndLine();
        page.Line();
        DirectionCounters[] received = [.. interfaces.Select(i => i.Received)], sent = [.. interfaces.Select(i => i.Sent)];
        ulong multicast = Sum(interfaces.Select(i => i.Multicast));
        Row(0, Sum(received.Select(c => c.Bytes)), Sum(sent.Select(c => c.Bytes)));
        Row(1, Sum(received.Select(c => c.Packets)) - multicast, Sum(sent.Select(c => c.Packets)));
        Row(2, multicast, 0); // Linux counts them only where they arrive
        Row(3, Sum(received.Select(c => c.Dropped)), Sum(sent.Select(c => c.Dropped)));
        Row(4, Sum(received.Select(c => c.Errors)), Sum(sent.Select(c => c.Errors)));
        Row(5, 0, null);
    }

    private void Row(int name, ulong received, ulong? sent)
    {
        string title = page.Text.InterfaceRows[name];
        page.Out.Append(title);
        page.Right(received.ToString(), NameWidth + ReceivedWidth - title.Length);
        if (sent is { } number)
            page.Right(number.ToString(), SentWidth);
        page.EndLine();
    }

    private static ulong Sum(IEnumerable<ulong> counters) => counters.Aggregate(0UL, (sum, counter) => unchecked(sum + counter));
}
