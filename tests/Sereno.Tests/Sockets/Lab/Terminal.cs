using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>A terminal as wide as a test wants it.</summary>
internal static class Terminal
{
    private const nuint TIOCSWINSZ = 0x5414;

    /// <summary>Runs the program with the terminal as its standard output.</summary>
    public static Outcome Run(string program, string[] arguments, int width)
    {
        byte[] name = new byte[64], modes = new byte[64];
        Libc.Check(openpty(out int master, out int slave, name, 0, 0), "open a terminal");
        try
        {
            // Bytes as they are written: no carriage returns.
            Libc.Check(tcgetattr(slave, modes), "get a terminal's modes");
            cfmakeraw(modes);
            Libc.Check(tcsetattr(slave, 0, modes), "set a terminal's modes");
            // struct winsize: rows, columns, pixels.
            Libc.Check(Libc.ioctl(slave, TIOCSWINSZ, [24, 0, (byte)width, (byte)(width >> 8), 0, 0, 0, 0]), "set a terminal's size");
            using var output = new MemoryStream();
            var reader = new Thread(() => Drain(master, output));
            reader.Start();
            // A terminal can be given to a child only by its name.
            string path = Encoding.ASCII.GetString(name).TrimEnd('\0');
            using var process = Process.Start(new ProcessStartInfo("bash", ["-c", """exec "$@" > "$0" """, path, program, .. arguments]) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            _ = Libc.close(slave);
            slave = -1;
            reader.Join();
            return new(process.ExitCode, Encoding.UTF8.GetString(output.ToArray()), errors);
        }
        finally
        {
            if (slave >= 0)
                _ = Libc.close(slave);
            _ = Libc.close(master);
        }
    }

    // Until EIO, which says that nobody has the other end any more.
    private static void Drain(int master, MemoryStream output)
    {
        byte[] bytes = new byte[4096];
        for (nint length; (length = Libc.read(master, bytes, bytes.Length)) > 0;)
            output.Write(bytes, 0, (int)length);
    }

    [DllImport("libc", SetLastError = true)] private static extern int openpty(out int master, out int slave, byte[] name, nint modes, nint size);
    [DllImport("libc", SetLastError = true)] private static extern int tcgetattr(int fd, byte[] modes);
    [DllImport("libc", SetLastError = true)] private static extern int tcsetattr(int fd, int when, byte[] modes);
    [DllImport("libc")] private static extern void cfmakeraw(byte[] modes);
}
