using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Generators of the form that packages have: shell scripts that write links, units and drop-ins into the folders they are given.</summary>
[Collection(Live.Name)]
public sealed class GeneratorSpecs
{
    /// <summary>As postgresql's: an instance for each cluster that is configured.</summary>
    private const string Clusters = """
        #!/bin/sh
        set -eu
        wantdir="$1/clusters.service.wants"
        mkdir -p "$wantdir"
        for conf in BASE/clusters/*.conf; do
            test -e "$conf" || continue
            name="${conf##*/}"
            ln -s BASE/units/cluster@.service "$wantdir/cluster@${name%.conf}.service"
        done
        """;

    /// <summary>Reports its environment, writes an early unit, a late one and a drop-in.</summary>
    private const string Facts = """
        #!/bin/sh
        env | sort > BASE/environment
        echo "$#" >> BASE/environment
        printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n' > "$2/early.service"
        printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/false\n' > "$3/clusters.service"
        mkdir -p "$1/clusters.service.d"
        printf '[Unit]\nDescription=generated\n' > "$1/clusters.service.d/10.conf"
        echo 'said aloud'
        """;

    private static LiveInstance Start() => new(folder =>
    {
        Directory.CreateDirectory($"{folder}/generators");
        Directory.CreateDirectory($"{folder}/clusters");
        File.WriteAllText($"{folder}/clusters/a.conf", "");
        Script(folder, "clusters", Clusters);
        Script(folder, "facts", Facts);
        Script(folder, "fails", "#!/bin/sh\nexit 3\n");
        Script(folder, "dies", "#!/bin/sh\nkill -9 $$\n");
        Script(folder, "no-program", "#!/nonexistent/interpreter\n");
        File.CreateSymbolicLink($"{folder}/generators/masked", "/dev/null");
        File.WriteAllText($"{folder}/generators/plain-text", "not executable");
        File.WriteAllText($"{folder}/units/clusters.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n");
        File.WriteAllText($"{folder}/units/cluster@.service", "[Unit]\nPartOf=clusters.service\n[Service]\nExecStart=/bin/sleep infinity\n");
    }, generators: true);

    private static void Script(string folder, string name, string text)
    {
        File.WriteAllText($"{folder}/generators/{name}", text.Replace("BASE", folder));
        File.SetUnixFileMode($"{folder}/generators/{name}", (UnixFileMode)0x1ED);
    }

    [Fact]
    public void What_generators_write_is_there_at_boot_and_written_anew_by_daemon_reload()
    {
        using var sereno = Start();
        sereno.Do("start", "clusters", "early");
        sereno.Expect("cluster@a.service", "active");
        Assert.Equal("generated", sereno.Manager.Unit("clusters.service").GetString("Description"));
        Assert.Equal("generated", sereno.Manager.GetUnitFileState("early.service"));
        string[] environment = File.ReadAllLines($"{sereno.Folder}/environment");
        Assert.Equal("3", environment[^1]);
        Assert.Contains("SYSTEMD_SCOPE=system", environment);
        Assert.Contains(environment, l => l.StartsWith("SYSTEMD_ARCHITECTURE=", StringComparison.Ordinal));

        File.WriteAllText($"{sereno.Folder}/clusters/b.conf", "");
        File.Delete($"{sereno.Folder}/clusters/a.conf");
        sereno.Do("daemon-reload");
        sereno.Do("restart", "clusters");
        sereno.Expect("cluster@b.service", "active");
        Assert.False(File.Exists($"{sereno.Folder}/run/generator/clusters.service.wants/cluster@a.service"));
        Live.Eventually(() => Logs() is var log && log.Contains("fails failed with exit status 3.") && log.Contains("dies terminated by signal KILL.") && log.Contains("said aloud"), Logs);

        string Logs() => sereno.Run("logs").Output;
    }

    [Fact]
    public async Task A_generator_that_takes_its_time_stops_nobody_but_who_asked_for_the_reload()
    {
        using var sereno = Start();
        Script(sereno.Folder, "waits", "#!/bin/sh\nwhile ! test -e BASE/go; do sleep 0.05; done\n");
        var reload = Task.Run(() => sereno.Run("daemon-reload"));
        Live.Eventually(() => sereno.State("clusters.service").Active is "inactive", () => "an answer during the reload");
        sereno.Do("start", "clusters");
        Assert.False(reload.IsCompleted);
        File.WriteAllText($"{sereno.Folder}/go", "");
        Assert.Equal(0, (await reload).Status);
    }

    [Fact]
    public void Environment_generators_speak_one_after_the_other_and_for_all_services()
    {
        using var sereno = new LiveInstance(folder =>
        {
            Directory.CreateDirectory($"{folder}/generators");
            Directory.CreateDirectory($"{folder}/environment-generators");
            Variables(folder, "10-first", "echo ONE=1; echo \"TWO='a b'\"; echo nonsense");
            Variables(folder, "20-second", "echo THREE=$ONE-three");
            Variables(folder, "30-fails", "echo BAD=1; exit 1");
            File.WriteAllText($"{folder}/units/tell.service", $"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'env > {folder}/told'\n");
        }, generators: true);
        Assert.Equal(["ONE=1", "THREE=1-three", "TWO=a b"], Told(sereno));
        Variables(sereno.Folder, "20-second", "echo FOUR=4");
        sereno.Do("daemon-reload");
        Assert.Equal(["FOUR=4", "ONE=1", "TWO=a b"], Told(sereno));
        int manager = sereno.ManagerPid;
        Proc.Kill(manager);
        Live.Eventually(() => sereno.ManagerPid is not 0 and var now && now != manager && sereno.Run("is-active", "basic.target").Status == 0, () => "a new manager");
        Assert.Equal(["FOUR=4", "ONE=1", "TWO=a b"], Told(sereno));
    }

    private static IEnumerable<string> Told(LiveInstance sereno)
    {
        sereno.Do("start", "tell");
        return File.ReadAllLines($"{sereno.Folder}/told").Where(l => l.Split('=')[0] is "ONE" or "TWO" or "THREE" or "FOUR" or "BAD" or "not").Order(StringComparer.Ordinal);
    }

    private static void Variables(string folder, string name, string commands)
    {
        File.WriteAllText($"{folder}/environment-generators/{name}", $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode($"{folder}/environment-generators/{name}", (UnixFileMode)0x1ED);
    }
}
