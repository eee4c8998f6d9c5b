using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>The sereno beside the tests, as a process of its own; killed by its pid if the test leaves it running.</summary>
internal sealed class SerenoProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly StringBuilder _errorsSoFar = new();

    private SerenoProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _errors = ReadErrorsAsync();
    }

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "sereno");

    public int Pid => _process.Id;

    public StreamReader Output => _process.StandardOutput;

    public static SerenoProcess Start(string[] arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in (ReadOnlySpan<string>)["NOTIFY_SOCKET", "LC_ALL", "LC_MESSAGES", "SYSTEMD_UNIT_PATH"])
            start.Environment.Remove(name);
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(start);
    }

    /// <summary>To its end.</summary>
    public static (int Status, string Output, string Errors) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        string output = process.Output.ReadToEnd();
        return (process.Wait(), output, process.Errors);
    }

    /// <summary>The exit code; a test fails rather than wait for ever.</summary>
    public int Wait(int seconds = 20)
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(seconds)), "it does not end");
        return _process.ExitCode;
    }

    public string Errors => _errors.Result;

    /// <summary>While it runs.</summary>
    public string ErrorsSoFar
    {
        get
        {
            lock (_errorsSoFar)
                return _errorsSoFar.ToString();
        }
    }

    /// <summary>Whether it ends within that time.</summary>
    public bool HasEnded(TimeSpan within) => _process.WaitForExit(within);

    public void Signal(int signo) => Assert.True(Self.Kill(Pid, signo));

    private async Task<string> ReadErrorsAsync()
    {
        var buffer = new char[4096];
        for (int n; (n = await _process.StandardError.ReadAsync(buffer)) > 0;)
            lock (_errorsSoFar)
                _errorsSoFar.Append(buffer, 0, n);
        return ErrorsSoFar;
    }

    public static IPEndPoint FreeAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            // SIGTERM first: an instance stops its services.
            Self.Kill(Pid, 15);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(15)))
                _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
