using Xunit;

namespace Sereno.Tests.Live;

/// <summary>redis and nginx as Debian packages them: their units unchanged, their real clients.</summary>
[Collection(Live.Name)]
public sealed class DaemonSpecs : PrivateRootSpecs
{
    private const string Redis = "redis-server.service", Nginx = "nginx.service";

    /// <summary>Five starts in ten seconds are allowed, by hand too: each test has its own.</summary>
    public DaemonSpecs(PrivateRoot root) : base(root) => Root.Do("systemctl", "reset-failed", "nginx", "redis-server");

    [Fact]
    public void Enabled_services_run_after_boot()
    {
        Root.Expect(Redis, "active", "running");
        Root.Expect(Nginx, "active", "running");
        Assert.Equal("Ready to accept connections", Root.Show(Redis, "StatusText"));
        // Its user, as the unit says, and the folder that its unit asks for.
        Assert.Equal("redis redis 2755\n", Root.Do("stat", "-c", "%U %G %a", "/run/redis"));
        Assert.Equal("redis\n", Root.Do("ps", "-o", "user=", "-p", Root.Show(Redis, "MainPID")));
    }

    [Fact]
    public void Redis_answers_its_client_and_status_shows_the_port_and_who_is_connected()
    {
        Root.Do("systemctl", "start", "redis-server");
        AwaitRedis();
        Assert.Equal("OK\n", Root.Do("redis-cli", "SET", "watchman", "sereno"));
        Assert.Equal("sereno\n", Root.Do("redis-cli", "GET", "watchman"));
        string status = Root.Do("sh", "-c", "(redis-cli BLPOP nothing 20 >/dev/null & echo $! >/tmp/client); sleep 0.5; /opt/sereno/sereno status redis-server; kill $(cat /tmp/client)");
        Assert.Matches(@"Sockets: tcp 127\.0\.0\.1:6379 redis", status);
        Assert.Matches("(?i)established|1 connect|ESTAB", status);
    }

    [Fact]
    public void Nginx_serves_its_page_and_status_shows_its_workers_and_ports()
    {
        Root.Do("systemctl", "restart", "nginx");
        Assert.Contains("Welcome to nginx!", Root.Do("curl", "-sS", "--retry-connrefused", "--retry", "5", "http://127.0.0.1/"));
        var status = Root.Sereno("status", "nginx");
        Assert.Equal(0, status.Status);
        Assert.Contains("tcp 0.0.0.0:80 http (system)", status.Output);
        Assert.Contains("nginx: worker process", status.Output);
    }

    [Fact]
    public void Nginx_reloads_without_another_main_process_and_with_other_workers()
    {
        Root.Do("systemctl", "restart", "nginx");
        string main = Root.Show(Nginx, "MainPID"), workers = Workers();
        Root.Do("sh", "-c", "echo 'server { listen 127.0.0.1:8081; return 204; }' >/etc/nginx/conf.d/more.conf");
        Root.Do("systemctl", "reload", "nginx");
        Live.Eventually(() => Root.Enter("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8081/").Output == "204", () => "the second port");
        Live.Eventually(() => Workers() != workers, () => "other workers");
        Assert.Equal(main, Root.Show(Nginx, "MainPID"));
        Assert.Contains("8081", Root.Sereno("status", "nginx").Output);

        // A configuration that doesn't hold fails the reload, not the service.
        Root.Do("sh", "-c", "echo nonsense >/etc/nginx/conf.d/more.conf");
        Assert.Equal(1, Root.Enter("systemctl", "restart", "nginx").Status);
        Root.Expect(Nginx, "failed", "failed");
        Root.Do("rm", "/etc/nginx/conf.d/more.conf");
        Root.Do("systemctl", "restart", "nginx");
        Root.Expect(Nginx, "active", "running");

        string Workers() => Root.Do("sh", "-c", "ps -o pid= --ppid \"$(systemctl show nginx -p MainPID --value)\" | sort");
    }

    [Fact]
    public void Stop_ends_every_process_and_frees_the_port()
    {
        Root.Do("systemctl", "start", "nginx", "redis-server");
        Root.Do("systemctl", "stop", "nginx", "redis-server");
        Root.Expect(Nginx, "inactive", "dead");
        Root.Expect(Redis, "inactive", "dead");
        Assert.Equal(1, Root.Enter("pgrep", "nginx|redis-server").Status);
        Assert.DoesNotContain(":6379", Root.Do("ss", "-Hltn"));
        Assert.Equal(2, Root.Enter("ls", "/run/redis").Status);
        Assert.Equal(2, Root.Enter("ls", "/sys/fs/cgroup/sereno/system.slice/nginx.service").Status);
        Root.Do("systemctl", "start", "nginx", "redis-server");
        Root.Expect(Nginx, "active", "running");
        Root.Expect(Redis, "active", "running");
    }

    [Fact]
    public void Redis_comes_back_after_kill_9_because_its_unit_says_so()
    {
        Root.Do("systemctl", "restart", "redis-server");
        string before = Root.Show(Redis, "MainPID");
        Root.Do("kill", "-9", before);
        Live.Eventually(() => Root.Show(Redis, "MainPID") is not "0" and var now && now != before, () => "another redis");
        Root.Expect(Redis, "active", "running");
        Assert.NotEqual("0", Root.Show(Redis, "NRestarts"));
        AwaitRedis();
    }

    [Fact]
    public void Nginx_stays_down_after_kill_9_of_its_main_process_and_its_workers_go_too()
    {
        Root.Do("systemctl", "restart", "nginx");
        Root.Do("kill", "-9", Root.Show(Nginx, "MainPID"));
        Root.Expect(Nginx, "failed", "failed");
        Assert.Equal("signal", Root.Show(Nginx, "Result"));
        Assert.Equal("9", Root.Show(Nginx, "ExecMainStatus"));
        Live.Eventually(() => Root.Enter("pgrep", "nginx").Status == 1, () => "no worker left");
        string status = Root.Enter("systemctl", "status", "nginx").Output;
        Assert.Contains("Active: failed (Result: signal)", status);
        Assert.Contains("(code=killed, signal=KILL)", status);
        Assert.Matches(@"Process: \d+ ExecStart=/usr/sbin/nginx .* \(code=exited, status=0/SUCCESS\)", status);
        Root.Do("systemctl", "reset-failed", "nginx");
        Root.Do("systemctl", "start", "nginx");
        Root.Expect(Nginx, "active", "running");
    }

    [Fact]
    public void Boot_leaves_no_zombie_and_breaks_no_ordering_cycle()
    {
        Assert.Empty(Proc.Zombies(Root.Init));
        Assert.DoesNotContain("ordering cycle", Root.Sereno("logs").Output);
    }

    private void AwaitRedis() => Live.Eventually(() => Root.Enter("redis-cli", "PING").Output == "PONG\n", () => "PONG");
}
