using System.Text;

namespace Sereno.Journal;

/// <summary>What people see of one entry.</summary>
/// <param name="Time">UTC, to the microsecond.</param>
/// <param name="Unit">Whose process wrote it.</param>
/// <param name="Priority">0 (emerg) to 7 (debug).</param>
/// <param name="Message">As the program wrote it, without the newline; may be any bytes.</param>
public sealed record LogEntry(DateTime Time, string Unit, string Host, int Priority, string Identifier, int Pid, ReadOnlyMemory<byte> Message)
{
    /// <summary>The message for a terminal: what isn't UTF-8 becomes U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Message.Span);
}
