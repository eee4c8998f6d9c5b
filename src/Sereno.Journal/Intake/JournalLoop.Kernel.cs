using System.Runtime.InteropServices;
using System.Text;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journal.Intake;

// The kernel's messages, each once: the number of the next is kept with the entry, and in a file for the time between two keepers.
public sealed partial class JournalLoop
{
    private const string MissedId = "e9bf28e6e834481bb6f48f548ad13606"; // SD_MESSAGE_JOURNAL_MISSED (sd-messages(3))

    private string KernelNextFile => $"{SocketFolder}/kernel-seqnum";

    private void OpenKernel()
    {
        if (!_options.IsSystem || !_options.ReadsKernel)
            return;
        ref var state = ref _memory.State;
        if (state.KernelNext == 0)
            state.KernelNext = ReadKernelNext();
        if (Files.TryOpen("/dev/kmsg", libc.O_RDONLY | libc.O_NONBLOCK | libc.O_NOCTTY, out int errno) is not { } fd)
        {
            Files.Complain($"cannot read the kernel's messages: {Errno.Text(errno)}");
            return;
        }
        _sockets[KernelToken] = fd;
        _epoll.Add(fd, KernelToken);
    }

    /// <summary>As journald has it there: 8 bytes.</summary>
    private ulong ReadKernelNext()
    {
        ulong next = 0;
        using var file = Files.TryOpen(KernelNextFile, libc.O_RDONLY | libc.O_NOFOLLOW, out _);
        return file is not null && Files.ReadAt(file, MemoryMarshal.AsBytes(new Span<ulong>(ref next)), 0) == sizeof(ulong) ? next : 0;
    }

    private void KeepKernelNext()
    {
        ulong next = _memory.State.KernelNext;
        using var file = Files.TryOpen(KernelNextFile, libc.O_WRONLY | libc.O_CREAT | libc.O_NOFOLLOW, out _, mode: 0x1A4);
        if (file is null)
            return;
        try
        {
            Files.WriteAt(file, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in next)), 0);
        }
        catch (LinuxException)
        {
            // No room: whoever comes after the keeper reads some messages of the kernel a second time.
        }
    }

    private void ReadKernel()
    {
        ulong before = _memory.State.KernelNext;
        ReadKernelRecords();
        if (_memory.State.KernelNext != before)
            KeepKernelNext();
    }

    private void ReadKernelRecords()
    {
        var fd = _sockets[KernelToken];
        for (int i = 0; i < MessagesPerTurn && _stuck.Length == 0; i++)
        {
            int n;
            try
            {
                n = fd.Read(_message);
            }
            catch (LinuxException e) when (e.Number == libc.EPIPE)
            {
                continue; // the kernel was faster: the gap shows in the numbers
            }
            catch (LinuxException e)
            {
                Files.Complain($"cannot read the kernel's messages: {e.Message}");
                n = 0;
            }
            if (n < 0)
                return;
            if (n == 0)
            {
                _epoll.Remove(fd);
                return;
            }
            if (KernelRecord.TryParse(_message.AsSpan(0, n), out var record) && !Write(record))
                ReopenKernel();
        }
    }

    private bool Write(in KernelRecord record)
    {
        ulong next = _memory.State.KernelNext;
        if (record.Sequence < next)
            return true;
        BeginBatch(null, 0, 0);
        if (next > 0 && record.Sequence > next
            && !AppendOwn($"Missed {record.Sequence - next} kernel messages", 6, 0, $"MESSAGE_ID={MissedId}", $"N_DROPPED={record.Sequence - next}"))
            return false;
        _extra.Clear();
        _fields.Clear();
        record.AddTo(_fields, AddDevice);
        var message = _fields.Find("MESSAGE="u8);
        if (Passes(null, record.Priority, message, out _))
        {
            for (int i = 0; i < _fields.Count; i++)
                _extra.Add(_fields[i]);
            if (!Append(_nobody ??= new() { Fields = _common }, record.Priority, [], hasMessage: false))
                return false;
        }
        var commit = NewRecord();
        commit.KernelNext = record.Sequence + 1;
        Commit(commit);
        return true;
    }

    /// <summary>What was read and couldn't be written comes again.</summary>
    private void ReopenKernel()
    {
        if (_sockets.Remove(KernelToken, out var fd))
        {
            _epoll.Remove(fd);
            fd.Dispose();
        }
        OpenKernel();
    }

    /// <summary>What sysfs and udev know of a device, which the kernel names as udev's files are called.</summary>
    private static void AddDevice(string id, FieldBuffer fields)
    {
        if (id.Contains('/') || id.Length < 2)
            return;
        string sys = id[0] switch
        {
            'b' => $"/sys/dev/block/{id[1..]}",
            'c' => $"/sys/dev/char/{id[1..]}",
            _ => "",
        };
        if (id[0] == '+' && id.IndexOf(':') is > 0 and var colon)
            fields.Add("_UDEV_SYSNAME="u8, Encoding.UTF8.GetBytes(id[(colon + 1)..]));
        else if (sys.Length > 0 && new FileInfo(sys).LinkTarget is { } target)
            fields.Add("_UDEV_SYSNAME="u8, Encoding.UTF8.GetBytes(Path.GetFileName(target)));
        foreach (string line in (Files.TryReadText($"{sys}/uevent") ?? "").Split('\n'))
            if (line.StartsWith("DEVNAME=", StringComparison.Ordinal))
                fields.Add("_UDEV_DEVNODE=/dev/"u8, Encoding.UTF8.GetBytes(line[8..]));
        foreach (string line in (Files.TryReadText($"/run/udev/data/{id}") ?? "").Split('\n').Where(l => l.StartsWith("S:", StringComparison.Ordinal)).Take(32))
            fields.Add("_UDEV_DEVLINK=/dev/"u8, Encoding.UTF8.GetBytes(line[2..]));
    }
}
