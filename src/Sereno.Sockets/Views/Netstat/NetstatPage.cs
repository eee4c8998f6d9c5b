using Sereno.Linux;
using Sereno.Linux.Headers;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>Where netstat writes: text to standard output through one buffer, complaints to standard error.</summary>
internal sealed class NetstatPage(Stream output, TextWriter errors, NetstatTexts texts)
{
    private const int FlushAt = 60 * 1024;

    private readonly Utf8Buffer _complaint = new(256);

    public Utf8Buffer Out { get; } = new();

    public NetstatTexts Texts { get; } = texts;

    /// <summary>A message in the reader's language.</summary>
    public void Print(string message, params ReadOnlySpan<object> arguments) => Out.AppendFormat(Texts[message], arguments);

    /// <summary>A message to standard error.</summary>
    public void Complain(string message, params ReadOnlySpan<object> arguments)
    {
        Flush();
        _complaint.Clear();
        _complaint.AppendFormat(Texts[message], arguments);
        errors.Write(System.Text.Encoding.UTF8.GetString(_complaint.Written));
    }

    /// <summary>perror(3).</summary>
    public void ComplainOf(string what, int errno) => Complain("%s: %s\n", Texts[what], Errno.Text(errno));

    /// <summary>What the kernel has no table for.</summary>
    public void ComplainUnsupported(string feature) => Complain("%s: no support for `%s' on this system.\n", "netstat", feature);

    /// <summary>Says that a file isn't there, as loudly as it was asked for.</summary>
    /// <returns>netstat's exit code: 0, 1 where it was asked for by name, -1 for an error that isn't its absence.</returns>
    public int Missing(NetstatRequest request, string path, string feature, int errno)
    {
        if (errno is not (libc.ENOENT or libc.EACCES))
        {
            ComplainOf(path, errno);
            return -1;
        }
        if (request.TransportsImplied)
            return 0;
        if (request.IsSelective || request.Verbose)
            ComplainUnsupported(feature);
        return request.IsSelective ? 1 : 0;
    }

    /// <summary>At the end of a row: hands over what has gathered, once it is worth a system call.</summary>
    public void EndRow()
    {
        if (Out.Length >= FlushAt)
            Flush();
    }

    public void Flush()
    {
        output.Write(Out.Written);
        Out.Clear();
        output.Flush();
    }
}
