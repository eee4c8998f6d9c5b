using System.Diagnostics;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>A terminal for a service, kept by a process that has the other end (script(1) would have it on our own).</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private readonly Process _holder;

    public PseudoTerminal(string folder)
    {
        string program = $"{folder}/holder", source = $"{folder}/holder.c";
        File.WriteAllText(source, """
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(void)
            {
                char text[256];
                int fd = posix_openpt(O_RDWR | O_NOCTTY);
                if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
                    return 1;
                int keep = open(ptsname(fd), O_RDWR | O_NOCTTY); /* or the terminal would hang up between its users */
                printf("%s\n", ptsname(fd));
                fflush(stdout);
                while (keep >= 0 && read(fd, text, sizeof text) > 0)
                    ;
                return 0;
            }
            """);
        var compiler = Command.Run("cc", "-o", program, source);
        Assert.True(compiler.Status == 0, compiler.ToString());
        _holder = Command.Start(program);
        Path = _holder.StandardOutput.ReadLine()!;
    }

    public string Path { get; }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
