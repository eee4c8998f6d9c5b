using System.Diagnostics;
using Xunit;
using static Sereno.Tests.Sockets.Lab.Libc;

namespace Sereno.Tests.Sockets.Lab;

internal static partial class Recipes
{
    private static readonly Dictionary<Specimen, Recipe> s_owned = new()
    {
        [Specimen.OwnedByUser] = new(lab => lab.AsUser(65534, () => lab.Listen("127.0.0.1", 3306)), "-tane", @"^LISTEN .*:3306 .* uid:65534 "),
        [Specimen.InCgroup] = new(lab => lab.HoldInChild(inCgroup: true, forked: false), "-tan --cgroup", @"^ESTAB .* cgroup:/lab-\w+"),
        [Specimen.HeldBySeveral] = new(lab => lab.HoldInChild(inCgroup: false, forked: true), "-tanp", @"^ESTAB .* users:\(\(""bash"",pid=\d+,fd=3\),\(""bash"",pid=\d+,fd=3\)\)"),
    };
}

internal sealed partial class SocketLab
{
    public void AsUser(uint uid, Action make)
    {
        _ = setfsuid(uid);
        try
        {
            make();
        }
        finally
        {
            _ = setfsuid(0);
        }
    }

    /// <summary>A connection of a process of its own: of two, or of one in a control group of its own.</summary>
    public void HoldInChild(bool inCgroup, bool forked)
    {
        ushort port = Port(Listen("127.0.0.1"));
        string join = "";
        if (inCgroup)
        {
            string cgroup = Cgroup();
            Directory.CreateDirectory(cgroup);
            _undo.Push(() => Await(() => TryRemove(cgroup), "an empty cgroup"));
            join = $"echo $$ > {cgroup}/cgroup.procs && ";
        }
        // Reads until the lab closes their standard input.
        string wait = forked ? "{ read -u 9 & } 9<&0; read; wait" : "read";
        var child = Process.Start(new ProcessStartInfo("bash", ["-c", $"{join}exec 3<>/dev/tcp/127.0.0.1/{port} && echo ready && {wait}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        _undo.Push(() =>
        {
            child.StandardInput.Close();
            child.WaitForExit();
            child.Dispose();
        });
        Assert.Equal("ready", child.StandardOutput.ReadLine());
        if (forked)
            Await(() => File.ReadAllText($"/proc/{child.Id}/task/{child.Id}/children").Length > 0, "a second process");
    }

    private static string Cgroup()
    {
        string? mount = File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).FirstOrDefault(cells => cells[2] == "cgroup2")?[1];
        Assert.SkipWhen(mount is null, "no control groups (version 2) are mounted");
        return System.IO.Path.Combine(mount, "lab-" + Guid.NewGuid().ToString("N")[..12]);
    }

    private static bool TryRemove(string cgroup)
    {
        try
        {
            Directory.Delete(cgroup);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
