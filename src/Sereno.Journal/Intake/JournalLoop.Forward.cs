using System.Globalization;
using System.Text;
using Sereno.Journal.Keep;
using Sereno.Linux;
using Sereno.Linux.Headers;
using Sereno.Units.Values;

namespace Sereno.Journal.Intake;

// ForwardTo...= of journald.conf(5). What can't take a line at once doesn't get it: the journal has it.
public sealed partial class JournalLoop
{
    private UnixSocket? _syslog;
    private readonly int _forwardLevel;
    private Fd? _kernelLog;

    /// <summary>The least important level that is forwarded anywhere; -1 for none.</summary>
    private static int ForwardLevelOf(JournalOptions o) =>
        ((ForwardTarget[])[o.ToSyslog, o.ToKernel, o.ToConsole, o.ToWall]).Max(t => t.IsOn ? t.MaxLevel : -1);

    /// <summary>What its unit doesn't want isn't forwarded either; what is only not kept (MaxLevelStore=, Storage=none, RateLimit...=) is.</summary>
    private static bool IsWanted(Origin? origin, int priority, ReadOnlySpan<byte> message) =>
        origin is null || ((priority & SyslogPriority.LevelMask) <= origin.LevelMax && origin.Filter?.Passes(message) != false);

    private bool Forwards(int priority) => (priority & SyslogPriority.LevelMask) <= _forwardLevel;

    /// <param name="raw">A syslog message as it came, which goes on as it is; empty for others.</param>
    private void Forward(int priority, string identifier, int pid, ReadOnlySpan<byte> message, ReadOnlySpan<byte> raw = default)
    {
        int level = priority & SyslogPriority.LevelMask;
        bool Wants(ForwardTarget target) => target.IsOn && level <= target.MaxLevel;
        bool syslog = Wants(_options.ToSyslog), kernel = Wants(_options.ToKernel), console = Wants(_options.ToConsole), wall = Wants(_options.ToWall);
        string from = identifier.Length > 0 ? identifier : ProcessTable.Stat(pid)?.Comm ?? "unknown";
        string text = Encoding.UTF8.GetString(message), line = pid > 0 ? $"{from}[{pid}]: {text}" : $"{from}: {text}";
        int withFacility = (priority & SyslogPriority.FacilityMask) == 0 ? priority | SyslogPriority.User : priority;
        if (syslog)
            ToSyslog(raw.IsEmpty ? Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{withFacility}>{DateTime.Now:MMM} {DateTime.Now.Day,2} {DateTime.Now:HH:mm:ss} {line}")) : raw);
        if (kernel)
            Write(_kernelLog ??= Files.TryOpen("/dev/kmsg", libc.O_WRONLY | libc.O_NOCTTY | libc.O_NONBLOCK, out _), $"<{withFacility}>{line}\n");
        if (console)
        {
            // Opened each time: who hangs the terminal up shall not take it from us.
            using var terminal = Files.TryOpen(_options.ConsolePath, libc.O_WRONLY | libc.O_NOCTTY | libc.O_NONBLOCK, out _);
            Write(terminal, line + "\r\n");
        }
        if (wall)
            ToWall(line);

        static void Write(Fd? fd, string text)
        {
            try
            {
                fd?.Write(Encoding.UTF8.GetBytes(text));
            }
            catch (LinuxException) { } // the next line, then
        }
    }

    /// <summary>To the terminals of all who are logged in, in the words of wall(1) as journald says them. What would steer a terminal is
    /// not let through.</summary>
    private void ToWall(string line)
    {
        string harmless = string.Concat(line.Select(c => c is '\n' ? "\r\n" : char.IsControl(c) && c != '\t' ? "?" : c.ToString()));
        string time = Timestamps.Format((ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks / 10, Zones.Local()) ?? "";
        byte[] text = Encoding.UTF8.GetBytes($"\r\nBroadcast message from systemd-journald@{Environment.MachineName} ({time}):\r\n\r\n{harmless}\r\n\r\n");
        foreach (string terminal in LoggedIn.Terminals(_options.Utmp))
            LoggedIn.Tell(terminal, text);
    }

    private void ToSyslog(ReadOnlySpan<byte> line)
    {
        try
        {
            if (_syslog is null)
            {
                _syslog = UnixSocket.Create(UnixSocketType.Datagram);
                _syslog.Connect($"{SocketFolder}/syslog");
            }
            _syslog.Send(line);
        }
        catch (LinuxException)
        {
            _syslog?.Dispose(); // nobody there (yet, or any more)
            _syslog = null;
        }
    }
}
