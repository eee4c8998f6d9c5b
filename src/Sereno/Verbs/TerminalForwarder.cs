using Sereno.Linux;

namespace Sereno.Verbs;

/// <summary>Between our standard streams and the terminal that a service runs in.</summary>
internal sealed class TerminalForwarder : IDisposable
{
    private const byte Escape = 0x1d; // ^]
    private readonly Fd _input = Fd.DuplicateOf(0), _output = Fd.DuplicateOf(1);
    private readonly PseudoTerminal _terminal;
    private readonly IWatch _master;
    private readonly IWatch? _keyboard;
    private readonly Action? _restore;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly Queue<byte> _typed = new();
    private readonly Queue<long> _escapes = new();
    private byte _last = (byte)'\n';

    public TerminalForwarder(EpollLoop loop, PseudoTerminal terminal)
    {
        _terminal = terminal;
        Resize();
        _restore = Terminal.MakeRaw(0);
        _master = loop.Watch(terminal.Master, Readiness.Read, OnMaster);
        try
        {
            _keyboard = loop.Watch(_input, Readiness.Read, _ => OnInput());
        }
        catch (LinuxException)
        {
            // A file can't be waited for (EPERM), nor need it be: what it has is there.
            while (OnInput()) { }
        }
    }

    /// <summary>The service has closed its end, or the user has let go of it.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The user has let go.</summary>
    public bool IsDisconnected { get; private set; }

    /// <summary>The screen is in the middle of a line.</summary>
    public bool EndsMidLine => _last != '\n';

    public void Resize()
    {
        if (Terminal.HeightOf(1) is { } rows && Terminal.WidthOf(1) is { } columns)
            _terminal.Resize(rows, columns);
    }

    /// <summary>What the service wrote last, and nobody has seen yet.</summary>
    public void Drain()
    {
        while (!IsDone && Show() > 0) { }
    }

    public void Dispose()
    {
        _restore?.Invoke();
        _keyboard?.Dispose();
        _master.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    private void OnMaster(Readiness ready)
    {
        if ((ready & Readiness.Write) != 0)
            Type();
        if ((ready & ~Readiness.Write) != 0)
            Show();
    }

    private int Show()
    {
        int n;
        try
        {
            n = _terminal.Master.Read(_buffer);
        }
        catch (LinuxException)
        {
            n = 0; // EIO: nobody has the other end open any more (pty(7))
        }
        if (n > 0)
        {
            _output.WriteAll(_buffer.AsSpan(0, n));
            _last = _buffer[n - 1];
        }
        else if (n == 0)
            Finish();
        return n;
    }

    /// <returns>Whether there may be more.</returns>
    private bool OnInput()
    {
        int n = _input.TryRead(_buffer);
        if (n <= 0)
        {
            _keyboard?.Dispose(); // a pipe's end is told again and again
            return false;
        }
        foreach (byte b in _buffer.AsSpan(0, n))
        {
            if (b == Escape && LetsGo())
            {
                IsDisconnected = true;
                Finish();
                return false;
            }
            _typed.Enqueue(b);
        }
        Type();
        return true;
    }

    /// <summary>The third within a second.</summary>
    private bool LetsGo()
    {
        long now = Environment.TickCount64;
        _escapes.Enqueue(now);
        while (_escapes.Peek() < now - 1000)
            _escapes.Dequeue();
        return _escapes.Count >= 3;
    }

    private void Type()
    {
        while (_typed.Count > 0 && !IsDone)
        {
            byte[] some = [.. _typed.Take(4096)];
            int n = Math.Max(0, _terminal.Master.Write(some));
            for (int i = 0; i < n; i++)
                _typed.Dequeue();
            if (n < some.Length)
                break;
        }
        _master.Change(_typed.Count > 0 ? Readiness.Read | Readiness.Write : Readiness.Read);
    }

    private void Finish()
    {
        IsDone = true;
        _master.Dispose();
        _keyboard?.Dispose();
        _restore?.Invoke();
    }
}
