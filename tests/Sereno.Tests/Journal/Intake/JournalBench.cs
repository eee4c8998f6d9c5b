using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sereno.Journal;
using Sereno.Journal.Intake;
using Sereno.Journal.Keep;
using Sereno.Keeper.Wire;
using Sereno.Linux;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

/// <summary>A journal whose keeper is the test: it can be crashed at any step, and comes up again with what the keeper holds.</summary>
internal sealed class JournalBench : IDisposable
{
    public sealed class Crash : Exception;

    private readonly Dictionary<string, Fd[]> _held = [];
    private readonly SortedDictionary<ulong, (Fd Read, Fd? Write, byte[] Metadata)> _streams = [];
    private UnixSocket? _keeper;
    private Thread? _thread;
    private volatile Exception? _failure;
    private ulong _lastStream;
    private int _stepsLeft = int.MaxValue;

    public string Folder { get; } = Directory.CreateTempSubdirectory("journal-test-").FullName;

    public JournalOptions Options { get; set; }

    /// <summary>Steps until the next crash.</summary>
    public int StepsLeft
    {
        get => _stepsLeft;
        set => Interlocked.Exchange(ref _stepsLeft, value);
    }

    public int Crashes { get; private set; }

    public JournalBench()
    {
        Options = new() { PersistentFolder = $"{Folder}/log", VolatileFolder = $"{Folder}/volatile", RuntimeFolder = $"{Folder}/run", RateLimitInterval = 0, System = new(MaxUse: 1UL << 40, KeepFree: 1) };
        Directory.CreateDirectory($"{Folder}/run");
        Directory.CreateDirectory($"{Folder}/log");
    }

    public (ulong Id, Fd Write) Open(StreamMetadata metadata)
    {
        var (read, write) = Pipe.Create(nonBlockingRead: true);
        _streams[++_lastStream] = (read, write, metadata.Encode());
        if (_keeper is not null)
            Announce(_lastStream);
        return (_lastStream, write);
    }

    public void CloseWriter(ulong id)
    {
        if (!_streams.TryGetValue(id, out var stream))
            return;
        stream.Write?.Dispose();
        _streams[id] = stream with { Write = null };
    }

    public void Start()
    {
        var (ours, theirs) = UnixSocket.Pair(UnixSocketType.SeqPacket);
        _keeper = ours;
        _failure = null;
        foreach (var (name, fds) in _held)
            ours.Send(KeeperWire.Encode(new HeldReply(name)), fds);
        foreach (ulong id in _streams.Keys)
            Announce(id);
        ours.Send(KeeperWire.Encode(new WelcomeReply()));
        _thread = new(() =>
        {
            try
            {
                JournalLoop.Run(theirs, Options, () =>
                {
                    if (Interlocked.Decrement(ref _stepsLeft) <= 0)
                        throw new Crash();
                });
            }
            catch (Exception e)
            {
                _failure = e;
            }
            theirs.Dispose();
        });
        _thread.Start();
    }

    /// <summary>Does what a keeper does; starts the journal again when it has crashed, with the steps that it may take then.</summary>
    public void Turn(Func<int> steps)
    {
        Serve();
        if (_thread!.IsAlive)
            return;
        _thread.Join();
        Serve();
        _keeper!.Dispose();
        if (_failure is not Crash)
            throw new InvalidOperationException("the journal failed", _failure);
        Crashes++;
        StepsLeft = steps();
        Start();
    }

    /// <summary>Mostly few, but sometimes enough for a whole piece, or nothing would ever be done.</summary>
    public static int Steps(Random random) => random.Next(4) == 0 ? random.Next(1, 4000) : random.Next(1, 80);

    public bool HoldsConnection => _held.Keys.Any(k => k.StartsWith("connection-", StringComparison.Ordinal));

    public bool IsOver => _streams.Count == 0;

    /// <summary>The keeper goes; the journal writes the rest.</summary>
    public void End()
    {
        // The journal may have used up its steps with the very last line.
        if (Interlocked.Exchange(ref _stepsLeft, int.MaxValue) <= 0)
        {
            Assert.True(_thread!.Join(20_000), "the journal doesn't crash");
            Turn(() => int.MaxValue);
        }
        _keeper!.Dispose();
        Assert.True(_thread!.Join(20_000), "the journal doesn't end");
        Assert.Null(_failure);
    }

    /// <summary>By the real journalctl.</summary>
    public List<JsonElement> Read(params string[] arguments)
    {
        string text = Run("journalctl", ["-D", $"{Folder}/log", "-o", "json", "--all", "--no-pager", "-q", .. arguments]);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    /// <summary>A field's value; bytes that are no text as Latin-1.</summary>
    public static string Text(JsonElement entry, string field) => !entry.TryGetProperty(field, out var value) ? "" : value.ValueKind switch
    {
        JsonValueKind.Array => Encoding.Latin1.GetString([.. value.EnumerateArray().Select(b => b.GetByte())]),
        JsonValueKind.Null => "(null)",
        _ => value.GetString()!,
    };

    public List<string> Messages(params string[] arguments) => [.. Read(arguments).Select(e => Text(e, "MESSAGE"))];

    public void Verify()
    {
        foreach (string file in Directory.GetFiles($"{Folder}/log"))
            Run("journalctl", ["--verify", "--file", file]);
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["LC_ALL"] = "C" } })!;
        var errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.Result}{text}");
        return text;
    }

    public void Eventually(Func<bool> condition, string what, Func<int>? steps = null)
    {
        for (long end = Environment.TickCount64 + 30_000; !condition(); Thread.Sleep(5))
        {
            Assert.True(Environment.TickCount64 < end, $"not within 30 s: {what}");
            Turn(steps ?? (() => int.MaxValue));
        }
    }

    public void Dispose()
    {
        if (_thread is { IsAlive: true })
            End();
        foreach (var (read, write, _) in _streams.Values)
        {
            read.Dispose();
            write?.Dispose();
        }
        foreach (var fd in _held.Values.SelectMany(f => f))
            fd.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Announce(ulong id) => _keeper!.Send(KeeperWire.Encode(new StreamOpened(id, Self.Pid, _streams[id].Metadata)), [_streams[id].Read]);

    private void Serve()
    {
        var buffer = new byte[KeeperWire.MaxPacket];
        var fds = new List<Fd>();
        while (_keeper!.Receive(buffer, fds) is { Length: > 0 } received)
        {
            var packet = buffer.AsSpan(0, received.Length);
            if (KeeperWire.DecodeStreamDone(packet) is { } done)
            {
                _streams.Remove(done.StreamId, out var stream);
                stream.Read.Dispose();
            }
            else if (KeeperWire.DecodeRequest(packet) is HoldRequest hold)
                _held[hold.Name] = [.. fds];
            else if (KeeperWire.DecodeRequest(packet) is DropRequest drop)
                _held.Remove(drop.Name);
            fds.Clear();
        }
    }
}
