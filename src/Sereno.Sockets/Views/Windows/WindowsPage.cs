using Sereno.Sockets.Views.Netstat;

namespace Sereno.Sockets.Views.Windows;

/// <summary>Lines as Windows ends them.</summary>
internal sealed class WindowsPage(Stream output, WindowsText text)
{
    private const int FlushAt = 60 * 1024;

    public Utf8Buffer Out { get; } = new();

    public WindowsText Text { get; } = text;

    public void Line(string format = "", params ReadOnlySpan<object> arguments)
    {
        Out.AppendFormat(format, arguments);
        EndLine();
    }

    public void EndLine()
    {
        Out.Append("\r\n"u8);
        if (Out.Length >= FlushAt)
            Flush();
    }

    /// <summary>A text in a column that people count in characters; two blanks before it.</summary>
    public void Column(string text, int width)
    {
        Out.Append("  "u8);
        Out.Append(text);
        Out.AppendSpaces(width - text.Length);
    }

    /// <summary>The same, its text to the right.</summary>
    public void Right(string text, int width)
    {
        Out.AppendSpaces(width - text.Length);
        Out.Append(text);
    }

    public void Flush()
    {
        output.Write(Out.Written);
        Out.Clear();
        output.Flush();
    }
}
