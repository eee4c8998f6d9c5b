using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>The terminals of who is logged in: utmp(5), as login(1) and sshd keep it.</summary>
public static class LoggedIn
{
    public const string Utmp = "/run/utmp";

    // struct utmpx: of x86-64 with the numbers of 32-bit programs, of arm64 without.
    private static readonly int s_length = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 384 : 400;
    private const int UserProcess = 7, Line = 8, LineLength = 32, User = 44;

    /// <summary>Paths below /dev; none where there is no such file.</summary>
    public static IEnumerable<string> Terminals(string utmp = Utmp)
    {
        byte[] records;
        try
        {
            records = File.ReadAllBytes(utmp);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        for (int at = 0; at + s_length <= records.Length; at += s_length)
            if (TerminalOf(records.AsSpan(at, s_length)) is { } path)
                yield return path;
    }

    /// <summary>Writes what fits at once; who has stopped his terminal gets nothing.</summary>
    public static void Tell(string terminal, ReadOnlySpan<byte> text)
    {
        using var fd = Files.TryOpen(terminal, libc.O_WRONLY | libc.O_NOCTTY | libc.O_NONBLOCK, out _);
        if (fd is null || !Terminal.Is(fd.Number))
            return;
        try
        {
            fd.Write(text);
        }
        catch (LinuxException)
        {
            // Gone meanwhile, or full.
        }
    }

    private static string? TerminalOf(ReadOnlySpan<byte> record)
    {
        if (BinaryPrimitives.ReadInt16LittleEndian(record) != UserProcess || record[User] == 0)
            return null;
        var line = record.Slice(Line, LineLength);
        string name = Encoding.Latin1.GetString(line[..(line.IndexOf((byte)0) is >= 0 and var end ? end : LineLength)]);
        string path = name.StartsWith("/dev/", StringComparison.Ordinal) ? name : $"/dev/{name}";
        return name.Length == 0 || path.Contains("..") ? null : path;
    }
}
