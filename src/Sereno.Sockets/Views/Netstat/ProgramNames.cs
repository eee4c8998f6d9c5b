using Sereno.Linux.Headers;
using Sereno.Sockets.Owners;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat's PID/Program name column: the first holder found of each socket.</summary>
internal sealed class ProgramNames
{
    public const string Heading = " PID/Program name    ";
    private const int Width = 20;

    private readonly OwnerIndex _owners;

    private ProgramNames(OwnerIndex owners) => _owners = owners;

    /// <summary>Looks for every socket's holders, and says whose couldn't be seen.</summary>
    public static ProgramNames Scan(NetstatPage page)
    {
        var owners = OwnerIndex.Scan();
        if (owners.UnopenedProcesses > 0 && owners.Count == 0)
            page.Complain("(No info could be read for \"-p\": geteuid()=%d but you should be root.)\n", libc.geteuid());
        else if (owners.UnopenedProcesses > 0)
            page.Complain("(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n");
        return new(owners);
    }

    /// <summary>A blank and PID/argv[0], as much of it as fits.</summary>
    public void Append(Utf8Buffer output, uint inode)
    {
        output.Append(' ');
        int start = output.Length;
        int first = -1;
        for (int i = _owners.LastOf(inode); i >= 0; i = _owners[i].Next)
            first = i;
        if (first < 0)
            output.Append('-');
        else
        {
            var process = _owners.Processes[_owners[first].Process];
            output.Append(process.Pid);
            output.Append('/');
            output.Append(process.Program);
            output.Cut(start + Width - 1);
        }
        output.PadFrom(start, Width);
    }
}
