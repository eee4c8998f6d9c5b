using System.Text;
using System.Text.Json;
using Sereno.Linux;

namespace Sereno.Journalctl;

/// <summary>Asks the journal that runs to do something: io.systemd.Journal over varlink (varlink.org), as journald answers it.</summary>
internal sealed class JournalControl(JournalctlOptions options, TextWriter errors)
{
    private const string Flushed = "/run/systemd/journal/flushed";
    private const int LongestReply = 64 * 1024;

    public int Do(JournalctlAction action)
    {
        if (action == JournalctlAction.Flush && options.ControlSocket is null && File.Exists(Flushed))
            return 0;
        string path = options.ControlSocket ?? $"/run/systemd/journal{(options.Namespace is { } space ? "." + space : "")}/io.systemd.journal";
        string method = "io.systemd.Journal." + action switch
        {
            JournalctlAction.Rotate => "Rotate",
            JournalctlAction.Sync => "Synchronize",
            JournalctlAction.Flush => "FlushToVar",
            _ => "RelinquishVar",
        };
        using var socket = UnixSocket.Create(UnixSocketType.Stream, nonBlocking: false);
        try
        {
            socket.Connect(path);
        }
        catch (LinuxException e)
        {
            return Fail($"Failed to connect to {path}: {Errno.Text(e.Number)}");
        }
        try
        {
            socket.Send(Encoding.UTF8.GetBytes($"{{\"method\":\"{method}\",\"parameters\":{{}}}}\0"));
            return Read(socket) is { } error ? Fail($"Failed to execute varlink call: {error}") : 0;
        }
        catch (Exception e) when (e is LinuxException or JsonException)
        {
            return Fail($"Failed to execute varlink call: {e.Message}");
        }
    }

    /// <summary>The error's name, or null.</summary>
    private static string? Read(UnixSocket socket)
    {
        byte[] reply = new byte[LongestReply];
        int length = 0, end;
        while ((end = reply.AsSpan(0, length).IndexOf((byte)0)) < 0)
        {
            int n = length < reply.Length ? socket.Fd.Read(reply.AsSpan(length)) : 0;
            if (n <= 0)
                return "Connection reset by peer";
            length += n;
        }
        using var json = JsonDocument.Parse(reply.AsMemory(0, end));
        return json.RootElement.TryGetProperty("error", out var error) ? error.GetString() ?? "" : null;
    }

    private int Fail(string message)
    {
        errors.WriteLine(message);
        return 1;
    }
}
