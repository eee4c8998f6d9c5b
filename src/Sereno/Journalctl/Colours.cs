using Sereno.Linux;
using Sereno.Units.Values;

namespace Sereno.Journalctl;

/// <summary>systemd's colours for a terminal, all empty where there shall be none (SYSTEMD_COLORS, NO_COLOR, TERM).</summary>
internal sealed class Colours
{
    public bool Enabled { get; }
    public byte[] Normal { get; }
    public byte[] Highlight { get; }
    public byte[] Red { get; }
    public byte[] Yellow { get; }
    public byte[] Grey { get; }
    public byte[] Green { get; }
    public byte[] Blue { get; }
    public byte[] HighlightBlue { get; }
    public byte[] Underline { get; }

    /// <summary>Whether links may be written (SYSTEMD_URLIFY).</summary>
    public bool Links { get; }

    public static readonly Colours Off = new(false, false, false);

    private Colours(bool enabled, bool few, bool links)
    {
        (Enabled, Links) = (enabled, links);
        byte[] On(ReadOnlySpan<byte> sequence) => enabled ? sequence.ToArray() : [];
        Normal = On("\e[0m"u8);
        Highlight = On("\e[0;1;39m"u8);
        Red = On("\e[0;1;31m"u8);
        Yellow = On(few ? "\e[0;1;33m"u8 : "\e[0;1;38;5;185m"u8);
        Grey = On(few ? "\e[0;90m"u8 : "\e[0;38;5;245m"u8);
        Green = On("\e[0;32m"u8);
        Blue = On("\e[0;34m"u8);
        HighlightBlue = On("\e[0;1;34m"u8);
        Underline = On("\e[0;4m"u8);
    }

    /// <summary>Whether output and errors both go to a terminal, or did before there was a pager.</summary>
    public static bool IsTerminal { get; } = Terminal.Is(1) && Terminal.Is(2);

    public static Colours OfEnvironment()
    {
        string? asked = Environment.GetEnvironmentVariable("SYSTEMD_COLORS");
        bool? wanted = asked is "16" or "256" ? true : asked is null ? null : Booleans.Parse(asked);
        bool enabled = wanted ?? (Environment.GetEnvironmentVariable("NO_COLOR") is null && IsTerminal
                && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"));
        bool links = Environment.GetEnvironmentVariable("SYSTEMD_URLIFY") is { } urlify ? Booleans.Parse(urlify) ?? enabled : enabled;
        return new(enabled, asked == "16", links);
    }

    /// <summary>Before a message of a priority, behind it, and before the part that was searched for; all null for ordinary ones.</summary>
    public (byte[] On, byte[] Off, byte[] Match) OfPriority(int priority) => priority switch
    {
        <= 3 => (Red, Normal, Highlight),
        4 => (Yellow, Normal, Highlight),
        5 => (Highlight, Normal, Red),
        >= 7 => (Grey, Normal, Red),
        _ => ([], [], []),
    };
}
