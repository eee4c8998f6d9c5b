using System.Text;

namespace Sereno.Manager.Units;

/// <summary>What a service said last of READY=1, RELOADING=1 and STOPPING=1.</summary>
public enum NotifyState { Nothing, Ready, Reloading, Stopping }

/// <summary>A descriptor that came with a notification.</summary>
/// <param name="Id">The host's number for it.</param>
/// <param name="SameAs">A descriptor of the same open file that is stored, or came before it.</param>
public readonly record struct PassedDescriptor(ulong Id, ulong? SameAs = null);

/// <summary>A descriptor that a service has left with us for its next run (sd_pid_notify_with_fds(3)).</summary>
/// <param name="Polls">It goes when its other end does.</param>
public sealed record StoredDescriptor(ulong Id, string Name, bool Polls);

/// <summary>One datagram of sd_notify(3), its lines in order.</summary>
public sealed record NotifyMessage(int Sender, IReadOnlyList<string> Lines, IReadOnlyList<PassedDescriptor> Descriptors)
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Null where it isn't UTF-8.</summary>
    public static NotifyMessage? Parse(int sender, ReadOnlySpan<byte> text, IReadOnlyList<PassedDescriptor> descriptors)
    {
        try
        {
            return Parse(sender, s_strict.GetString(text), descriptors);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static NotifyMessage Parse(int sender, string text, IReadOnlyList<PassedDescriptor>? descriptors = null) =>
        new(sender, text.Split('\n', StringSplitOptions.RemoveEmptyEntries), descriptors ?? []);

    /// <summary>The first line's that begins with <c>NAME=</c>.</summary>
    public string? Value(string name)
    {
        foreach (string line in Lines)
            if (line.Length > name.Length && line[name.Length] == '=' && line.StartsWith(name, StringComparison.Ordinal))
                return line[(name.Length + 1)..];
        return null;
    }

    public bool Has(string line) => Lines.Contains(line);

    /// <summary>Of the three words about its state the last one counts.</summary>
    public NotifyState State
    {
        get
        {
            for (int i = Lines.Count - 1; i >= 0; i--)
                switch (Lines[i])
                {
                    case "READY=1":
                        return NotifyState.Ready;
                    case "RELOADING=1":
                        return NotifyState.Reloading;
                    case "STOPPING=1":
                        return NotifyState.Stopping;
                }
            return NotifyState.Nothing;
        }
    }

    /// <summary>The same without what another room doesn't believe.</summary>
    public NotifyMessage Without(string name) => this with { Lines = [.. Lines.Where(l => !l.StartsWith(name + "=", StringComparison.Ordinal))] };
}
