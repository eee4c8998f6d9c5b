using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Daemons as Debian packages them: their units unchanged, each started, asked by its real client, reloaded where it can
/// be, restarted and stopped. DaemonSpecs has redis and nginx.</summary>
[Collection(Live.Name)]
public sealed class PackageSpecs : PrivateRootSpecs
{
    public PackageSpecs(PrivateRoot root) : base(root) => Root.Do("systemctl", "reset-failed");

    [Theory]
    [InlineData("redis-server", true)]
    [InlineData("nginx", true)]
    [InlineData("ssh", true)]
    [InlineData("cron", true)]
    [InlineData("memcached", true)]
    [InlineData("rsyslog", false)]
    [InlineData("dbus", false)]
    [InlineData("dnsmasq", true)]
    [InlineData("haproxy", true)]
    [InlineData("postgresql@15-main", true)]
    [InlineData("postfix@-", true)]
    [InlineData("chrony", true)]
    [InlineData("avahi-daemon", false)]
    [InlineData("tor@default", true)]
    [InlineData("php8.2-fpm", true)]
    public void A_packaged_daemon_starts_answers_restarts_and_stops(string name, bool stops)
    {
        Root.Do("systemctl", "start", name);
        Root.Expect($"{name}.service", "active", "running");
        Answer(name);
        string first = Run(name);
        if (Root.Show($"{name}.service", "CanReload") == "yes")
        {
            Root.Do("systemctl", "reload", name);
            Assert.Equal(first, Run(name));
            Answer(name);
        }
        Root.Do("systemctl", "restart", name);
        Root.Expect($"{name}.service", "active", "running");
        Assert.NotEqual(first, Run(name));
        Answer(name);
        // The bus, avahi and rsyslog are still reached through their sockets, which start them again: nothing is asked of them here.
        Root.Do("systemctl", "stop", name);
        if (!stops)
            return;
        Root.Expect($"{name}.service", "inactive", "dead");
        Root.Do("systemctl", "start", name);
        Root.Expect($"{name}.service", "active", "running");
    }

    /// <summary>Its generator wants an instance for each cluster; the service of that name only passes on what is asked of it.</summary>
    [Theory]
    [InlineData("postgresql", "postgresql@15-main")]
    [InlineData("postfix", "postfix@-")]
    [InlineData("tor", "tor@default")]
    public void An_empty_service_stands_for_its_instances(string name, string instance)
    {
        Root.Do("systemctl", "start", name);
        Root.Expect($"{name}.service", "active", "exited");
        Root.Expect($"{instance}.service", "active", "running");
        Root.Do("systemctl", "stop", name);
        Root.Expect($"{instance}.service", "inactive", "dead");
        Root.Do("systemctl", "start", name);
        Answer(instance);
    }

    [Fact]
    public void Sshd_is_started_by_the_first_client_of_its_packaged_socket()
    {
        Root.Do("systemctl", "stop", "ssh.service");
        Root.Do("systemctl", "start", "ssh.socket");
        Root.Expect("ssh.socket", "active", "listening");
        Root.Expect("ssh.service", "inactive", "dead");
        Answer("ssh");
        Root.Expect("ssh.service", "active", "running");
        Root.Expect("ssh.socket", "active", "running");
        Root.Do("systemctl", "stop", "ssh.socket", "ssh.service");
        Root.Do("systemctl", "start", "ssh.service");
    }

    /// <summary>An inetd-style daemon: it knows nothing of sockets, and each client has a process of its own.</summary>
    [Fact]
    public void Micro_httpd_serves_each_client_by_an_instance_of_its_packaged_template()
    {
        Root.Do("systemctl", "stop", "nginx");
        Root.Do("systemctl", "start", "micro-httpd.socket");
        Root.Do("sh", "-c", "echo hello from micro >/var/www/html/micro.txt");
        for (int i = 0; i < 3; i++)
            Assert.Equal("hello from micro\n", Root.Do("curl", "-sS", "http://127.0.0.1/micro.txt"));
        Assert.Equal("3", Root.Show("micro-httpd.socket", "NAccepted"));
        Live.Eventually(() => Root.Show("micro-httpd.socket", "NConnections") == "0", () => Root.Do("systemctl", "status", "micro-httpd.socket"));
        Assert.DoesNotContain("micro-httpd@", Root.Do("systemctl", "list-units", "--all", "--plain", "--no-legend"));
        Root.Do("systemctl", "stop", "micro-httpd.socket");
        Root.Do("systemctl", "start", "nginx");
    }

    [Fact]
    public void No_unit_of_a_boot_with_all_of_them_fails() =>
        Assert.Equal("", Root.Do("systemctl", "list-units", "--state=failed", "--no-legend", "--plain"));

    /// <summary>Its main process; of those who have none, such as postfix, the run.</summary>
    private string Run(string name) => Root.Show($"{name}.service", "MainPID") is var pid and not "0" ? pid : Root.Show($"{name}.service", "InvocationID");

    private void Answer(string name)
    {
        var (expected, question) = name switch
        {
            "redis-server" => ("PONG", "redis-cli PING"),
            "nginx" => ("Welcome to nginx!", "curl -sS http://127.0.0.1/"),
            "ssh" => ("from inside root", """
                [ -e ~/.ssh/id ] || { mkdir -p ~/.ssh; ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id; cp ~/.ssh/id.pub ~/.ssh/authorized_keys; }
                ssh -i ~/.ssh/id -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR root@127.0.0.1 'echo from inside $USER'
                """),
            // Jobs of @reboot run once a boot: it is as if this were the first start.
            "cron" => ("ran as nobody", """
                if [ ! -e /etc/cron.d/proof ]; then
                    echo "@reboot nobody echo ran as \$(id -un) >/tmp/cron-proof" >/etc/cron.d/proof; rm -f /run/crond.reboot; systemctl restart cron
                fi
                cat /tmp/cron-proof
                """),
            "memcached" => ("VALUE key 0 5\r\nvalue", @"printf 'set key 0 9 5\r\nvalue\r\nget key\r\nquit\r\n' | nc -w 2 127.0.0.1 11211"),
            "rsyslog" => ("the watchman calls the hour", "logger -t sereno 'the watchman calls the hour'; grep -h 'sereno: ' /var/log/syslog"),
            "dbus" => ("org.freedesktop.DBus", "dbus-send --system --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.ListNames"),
            "dnsmasq" => ("has address 127.0.0.9", "grep -q watchman /etc/hosts || { echo '127.0.0.9 watchman.test' >>/etc/hosts; systemctl reload dnsmasq; }; host watchman.test 127.0.0.1"),
            "haproxy" => ("<html><body><h1>503", """
                grep -q proof /etc/haproxy/haproxy.cfg || { printf 'frontend proof\n bind 127.0.0.1:8090\n' >>/etc/haproxy/haproxy.cfg; systemctl reload haproxy; }
                curl -sS http://127.0.0.1:8090/
                """),
            "postgresql@15-main" => ("42", "su postgres -c \"psql -Atc 'select 41+1'\""),
            "postfix@-" => ("220 ", "(sleep 0.3; echo QUIT) | nc -w 3 127.0.0.1 25"),
            "chrony" => ("Reference ID", "chronyc tracking"),
            "avahi-daemon" => ("avahi 0.", "dbus-send --system --print-reply --dest=org.freedesktop.Avahi / org.freedesktop.Avahi.Server.GetVersionString"),
            "tor@default" => ("Tor is not an HTTP Proxy", @"printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 127.0.0.1 9050"),
            "php8.2-fpm" => ("Status: 404", "SCRIPT_FILENAME=/x SCRIPT_NAME=/x REQUEST_METHOD=GET cgi-fcgi -bind -connect /run/php/php8.2-fpm.sock"),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
        // A daemon of type simple may not listen yet when its start returns.
        Live.Eventually(() => Root.Enter("sh", "-c", question).Output.Contains(expected), () => $"{name} answers: {Root.Enter("sh", "-c", question)}; {Root.Enter("systemctl", "status", name)}", 20);
    }
}
