using System.Globalization;
using System.Text;
using Sereno.Journal.Keep;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Intake;

// ForwardTo...= of journald.conf(5). What can't take a line at once doesn't get it: the journal has it.
public sealed partial class JournalLoop
{
    private UnixSocket? _syslog;
    private readonly bool _forwards;
    private Fd? _kernelLog;

    /// <param name="raw">A syslog message as it came, which goes on as it is; empty for others.</param>
    private void Forward(int priority, string identifier, int pid, ReadOnlySpan<byte> message, ReadOnlySpan<byte> raw = default)
    {
        int level = priority & SyslogPriority.LevelMask;
        bool Wants(ForwardTarget target) => target.IsOn && level <= target.MaxLevel;
        bool syslog = Wants(_options.ToSyslog), kernel = Wants(_options.ToKernel), console = Wants(_options.ToConsole);
        if (!syslog && !kernel && !console)
            return;
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

        static void Write(Fd? fd, string text)
        {
            try
            {
                fd?.Write(Encoding.UTF8.GetBytes(text));
            }
            catch (LinuxException) { } // the next line, then
        }
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
