using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;
using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Journalctl;

/// <summary>FIELD=value, paths of programs and devices, and "+" between alternatives.</summary>
internal sealed class OperandMatches(Matches matches, TextWriter errors)
{
    private const int LongestCommand = 15;

    public bool Add(IReadOnlyList<string> operands)
    {
        bool hasTerm = false;
        foreach (string operand in operands)
        {
            if (operand == "+")
            {
                if (!hasTerm)
                    break;
                matches.AddDisjunction();
                hasTerm = false;
                continue;
            }
            if (!(operand.StartsWith('/') ? AddPath(operand) : matches.Add(operand) || Fail($"Failed to add match '{operand}': Invalid argument")))
                return false;
            hasTerm = true;
        }
        return operands.Count == 0 || hasTerm || Fail("\"+\" can only be used between terms");
    }

    private bool Fail(string message)
    {
        errors.WriteLine(message);
        return false;
    }

    private bool AddPath(string operand)
    {
        using var fd = Files.TryOpen(operand, libc.O_PATH, out int errno);
        if (fd is null)
            return Fail($"Couldn't canonicalize path: {Errno.Text(errno)}");
        var status = FileStatus.Of(fd);
        string path = File.ResolveLinkTarget($"/proc/self/fd/{fd.Number}", returnFinalTarget: false)?.FullName ?? operand;
        if (status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice)
            return AddDevice(status);
        if (status.Kind != FileKind.File || (status.Mode & 0b001_001_001) == 0)
            return Fail($"File is neither a device node, nor regular file, nor executable: {operand}");
        if (InterpreterOf(path) is not { } interpreter)
            return matches.Add($"_EXE={path}");
        string name = Path.GetFileName(path);
        matches.Add($"_COMM={name[..Math.Min(name.Length, LongestCommand)]}");
        // One that is a link to today's version says little of yesterday's.
        if (FileStatus.Of(interpreter) is { Kind: not FileKind.Link })
            matches.Add($"_EXE={interpreter}");
        return true;
    }

    /// <summary>Of a script's first line.</summary>
    private static string? InterpreterOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> begin = stackalloc byte[4096];
            begin = begin[..RandomAccess.Read(file, begin, 0)];
            int end = begin.IndexOf((byte)'\n');
            if (!begin.StartsWith("#!"u8) || end < 0)
                return null;
            string line = Encoding.UTF8.GetString(begin[2..end]).Trim(' ', '\t');
            return line.Split(' ', '\t')[0] is ['/', ..] interpreter ? interpreter : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A device and those that it is a part of, as sysfs has them; of this boot, since they are numbered anew in each.</summary>
    private bool AddDevice(FileStatus status)
    {
        char kind = status.Kind == FileKind.BlockDevice ? 'b' : 'c';
        var (major, minor) = (status.Number >> 8 & 0xFFF | status.Number >> 32 & ~0xFFFu, status.Number & 0xFF | status.Number >> 12 & 0xFFFFFF00);
        string link = $"/sys/dev/{(kind == 'b' ? "block" : "char")}/{major}:{minor}";
        if (Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName is not { } device)
            return Fail($"Failed to get device from devnum {major}:{minor}: No such device");
        for (; device.Length > "/sys/devices".Length; device = Path.GetDirectoryName(device)!)
        {
            if (!File.Exists($"{device}/uevent"))
                continue;
            if (Directory.ResolveLinkTarget($"{device}/subsystem", returnFinalTarget: true)?.Name is { } subsystem)
                matches.Add($"_KERNEL_DEVICE=+{subsystem}:{Path.GetFileName(device)}");
            if (Files.TryReadText($"{device}/dev")?.Trim() is { Length: > 0 } number)
                matches.Add($"_KERNEL_DEVICE={(device.Contains("/block/", StringComparison.Ordinal) ? 'b' : 'c')}{number}");
        }
        matches.Add($"_BOOT_ID={Id128.Format(Machine.BootId)}");
        matches.AddConjunction();
        return true;
    }
}
