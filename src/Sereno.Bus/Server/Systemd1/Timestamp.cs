namespace Sereno.Bus.Server.Systemd1;

/// <summary>One moment on two clocks, in microseconds; all zero means never.</summary>
public readonly record struct Timestamp(ulong Realtime, ulong Monotonic);
