using System.Text;

namespace Sereno.Import;

/// <summary>Unit files as text (systemd.syntax(7)).</summary>
public static class UnitText
{
    /// <summary>The socket unit and its service.</summary>
    public static (string Socket, string Service, string ServiceName) Of(ImportedService service, string comment)
    {
        string description = UnitText.Plain(service.Description);
        string install = "\n[Install]\nWantedBy=sockets.target\n";
        var socket = new StringBuilder($"# {Plain(comment)}\n[Unit]\nDescription={description} socket\n\n[Socket]\n");
        foreach (string line in service.SocketLines)
            socket.Append(line).Append('\n');
        socket.Append($"Accept={(service.Waits ? "no" : "yes")}\n{install}");
        socket.Append($"\n[X-Sereno]\nServer={(service.Waits ? "dedicated" : "concurrent")}\n");
        var unit = new StringBuilder($"# {Plain(comment)}\n[Unit]\nDescription={description}\n\n[Service]\n");
        if (service.User is not null)
            unit.Append($"User={service.User}\n");
        if (service.Group is not null)
            unit.Append($"Group={service.Group}\n");
        // inetd doesn't mind how a program ends.
        unit.Append($"ExecStart=-{Command(service.Command)}\nStandardInput=socket\n");
        if (service.IsOurs)
            unit.Append("StandardError=journal\n");
        foreach (string line in service.ServiceLines)
            unit.Append(line).Append('\n');
        return (socket.ToString(), unit.ToString(), service.UnitName + (service.Waits ? ".service" : "@.service"));
    }

    /// <summary>A word as it is unquoted and expanded again, in a command or in another list of words.</summary>
    public static string Quote(string word, bool isCommand)
    {
        string text = word.Replace("%", "%%", StringComparison.Ordinal);
        if (isCommand)
            text = text.Replace("$", "$$", StringComparison.Ordinal);
        if (text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || "/._-+=:,@%$".Contains(c)))
            return text;
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            quoted.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                < ' ' or '\x7f' => $"\\x{(int)c:x2}",
                _ => c,
            });
        return quoted.Append('"').ToString();
    }

    /// <summary>Text that is one line and nothing else.</summary>
    private static string Plain(string text) => Texts.Printable.Of(text).Replace("%", "%%", StringComparison.Ordinal).TrimEnd('\\', ' ');

    private static string Command(IReadOnlyList<string> words)
    {
        string program = words[0], own = words[1];
        // A program whose name isn't its path's looks at it; where both are the same, plain is better.
        bool renamed = own != program && own != Path.GetFileName(program);
        IEnumerable<string> rest = words.Skip(renamed ? 1 : 2);
        return $"{(renamed ? "@" : "")}{string.Join(' ', new[] { program }.Concat(rest).Select(w => Quote(w, isCommand: true)))}";
    }
}
