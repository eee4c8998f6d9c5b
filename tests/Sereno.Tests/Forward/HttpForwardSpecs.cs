using System.IO.Compression;
using Xunit;

namespace Sereno.Tests.Forward;

/// <summary>sereno forward to an HTTP collector.</summary>
public sealed class HttpForwardSpecs : IDisposable
{
    private readonly TestJournal _journal = new();

    public void Dispose() => _journal.Dispose();

    [Fact]
    public void Batches_are_posted_as_json_lines()
    {
        _journal.AddLines(25);
        using var collector = Accepting();
        Assert.Equal((0, "", ""), _journal.ForwardOnce($"http://127.0.0.1:{collector.Port}/in?x=1", "--batch", "10", "--header", "X-Source: here"));
        Assert.Equal(_journal.Json(), collector.Lines);
        Assert.Equal(3, collector.Requests.Length);
        Assert.All(collector.Requests, head =>
        {
            Assert.StartsWith("POST /in?x=1 HTTP/1.1\r\n", head);
            Assert.Contains("\r\nContent-Type: application/x-ndjson\r\n", head);
            Assert.Contains("\r\nX-Source: here\r\n", head);
        });
    }

    [Fact]
    public void Bodies_can_be_compressed_and_tokens_come_from_a_file_that_may_change()
    {
        string headers = $"{_journal.Folder}/headers";
        File.WriteAllText(headers, "Authorization: Bearer first\n\nX-Other: a\n");
        using var collector = Accepting(gzip: true);
        using var process = _journal.Forward($"http://127.0.0.1:{collector.Port}/", "--gzip", "--header-file", headers);
        _journal.AddLines(1);
        Collector.Until(() => collector.Lines.Length == 1);
        File.WriteAllText(headers, "Authorization: Bearer second\n");
        _journal.AddLines(1);
        Collector.Until(() => collector.Lines.Length == 2);
        Assert.Equal(_journal.Json(), collector.Lines);
        Assert.Contains("\r\nContent-Encoding: gzip\r\n", collector.Requests[0]);
        Assert.Contains("\r\nAuthorization: Bearer first\r\nX-Other: a\r\n", collector.Requests[0]);
        Assert.Contains("\r\nAuthorization: Bearer second\r\n", collector.Requests[1]);
    }

    [Fact]
    public void Who_refuses_hangs_or_closes_in_the_middle_is_asked_again_until_he_takes_it()
    {
        _journal.AddLines(30);
        int tries = 0;
        using var collector = new Collector(async (c, stream, _) =>
        {
            while (await c.RequestAsync(stream) is { } request)
                switch (tries++)
                {
                    case 0: await Collector.AnswerAsync(stream, "500 Internal Server Error"); break;
                    case 1: await Collector.AnswerAsync(stream, "429 Too Many Requests", "Retry-After: 1\r\n"); break;
                    case 2: await Task.Delay(Timeout.Infinite, c.Stop); break;
                    case 3: await stream.WriteAsync("HTTP/1.1 20"u8.ToArray()); return;
                    case 4: await Collector.AnswerAsync(stream, "302 Found", "Location: /elsewhere\r\n"); break;
                    default:
                        c.Keep(request.Body);
                        await Collector.AnswerAsync(stream, "204 No Content");
                        break;
                }
        });
        var (status, _, errors) = _journal.ForwardOnce($"http://127.0.0.1:{collector.Port}/", "--timeout", "700ms", "--batch", "20", "--tries", "9", "--cursor-file", _journal.CursorFile);
        Assert.Equal(0, status);
        Assert.Equal(_journal.Json(), collector.Lines);
        foreach (string cause in (string[])["HTTP 500 Internal Server Error", "HTTP 429 Too Many Requests", "no answer in time", "HTTP 302 Found"])
            Assert.Contains($": {cause}; what waits stays in the journal\n", errors);
        Assert.EndsWith("takes entries again\n", errors);
    }

    [Fact]
    public void The_cursor_is_noted_only_for_what_was_accepted()
    {
        _journal.AddLines(30);
        int tries = 0;
        using var collector = new Collector(async (c, stream, _) =>
        {
            while (await c.RequestAsync(stream) is { } request)
                if (tries++ == 1)
                    await Collector.AnswerAsync(stream, "401 Unauthorized");
                else
                {
                    c.Keep(request.Body);
                    await Collector.AnswerAsync(stream, "200 OK");
                }
        });
        string target = $"http://127.0.0.1:{collector.Port}/";
        Assert.Equal(1, _journal.ForwardOnce(target, "--tries", "1", "--batch", "10", "--cursor-file", _journal.CursorFile).Status);
        Assert.Contains(File.ReadAllText(_journal.CursorFile).Trim(), collector.Lines[9]);
        Assert.Equal((0, "", ""), _journal.ForwardOnce(target, "--cursor-file", _journal.CursorFile));
        Assert.Equal(_journal.Json(), collector.Lines);
    }

    [Fact]
    public void Requests_that_are_too_large_are_sent_in_halves_and_one_entry_that_is_alone_too_large_is_left_out()
    {
        _journal.AddLines(5);
        _journal.Add("MESSAGE=" + new string('x', 50_000));
        _journal.AddLines(4);
        using var collector = new Collector(async (c, stream, _) =>
        {
            while (await c.RequestAsync(stream) is { } request)
                if (request.Body.Length > 2000)
                    await Collector.AnswerAsync(stream, "413 Content Too Large");
                else
                {
                    c.Keep(request.Body);
                    await Collector.AnswerAsync(stream, "200 OK");
                }
        });
        var (status, _, errors) = _journal.ForwardOnce($"http://127.0.0.1:{collector.Port}/");
        Assert.Equal(0, status);
        Assert.Equal(_journal.Json().Where(l => l.Length < 2000), collector.Lines);
        Assert.Equal(9, collector.Lines.Length);
        Assert.Contains("HTTP 413 Content Too Large; it is left out", errors);
    }

    [Fact]
    public void Sigterm_while_the_collector_hangs_ends_it_within_its_grace_and_the_next_run_sends_all()
    {
        _journal.AddLines(3);
        using (var hanging = new Collector(async (c, stream, _) =>
        {
            await c.RequestAsync(stream);
            await Task.Delay(Timeout.Infinite, c.Stop);
        }))
        using (var process = _journal.Forward($"http://127.0.0.1:{hanging.Port}/", "--cursor-file", _journal.CursorFile))
        {
            Collector.Until(() => hanging.Requests.Length == 1);
            process.Signal(15);
            Assert.Equal(0, process.Wait());
        }
        Assert.False(File.Exists(_journal.CursorFile));
        using var collector = Accepting();
        Assert.Equal(0, _journal.ForwardOnce($"http://127.0.0.1:{collector.Port}/", "--cursor-file", _journal.CursorFile).Status);
        Assert.Equal(_journal.Json(), collector.Lines);
    }

    [Fact]
    public void Sigterm_lets_the_batch_that_is_under_way_end_and_begins_no_other()
    {
        _journal.AddLines(100);
        using var collector = new Collector(async (c, stream, _) =>
        {
            while (await c.RequestAsync(stream) is { } request)
            {
                c.Keep(request.Body);
                await Task.Delay(200, c.Stop);
                await Collector.AnswerAsync(stream, "200 OK");
            }
        });
        using var process = _journal.Forward($"http://127.0.0.1:{collector.Port}/", "--batch", "1", "--cursor-file", _journal.CursorFile);
        Collector.Until(() => collector.Requests.Length == 1);
        process.Signal(15);
        Assert.Equal(0, process.Wait());
        Assert.NotEqual(100, collector.Lines.Length);
        Assert.Contains(File.ReadAllText(_journal.CursorFile).Trim(), collector.Lines[^1]);
    }

    [Fact]
    public void Who_sends_sigterm_again_and_again_does_not_give_it_more_time()
    {
        _journal.AddLines(1);
        using var hanging = new Collector(async (c, stream, _) =>
        {
            await c.RequestAsync(stream);
            await Task.Delay(Timeout.Infinite, c.Stop);
        });
        using var process = _journal.Forward($"http://127.0.0.1:{hanging.Port}/");
        Collector.Until(() => hanging.Requests.Length == 1);
        // A tenth of the grace between them; the limit of Until is many times the grace.
        Collector.Until(() =>
        {
            process.Signal(15);
            return process.HasEnded(TimeSpan.FromMilliseconds(500));
        });
        Assert.Equal(0, process.Wait());
    }

    [Fact]
    public void A_header_that_is_none_is_said()
    {
        _journal.AddLines(1);
        var (status, _, errors) = _journal.ForwardOnce("http://127.0.0.1:1/", "--header", "nonsense");
        Assert.Equal(1, status);
        Assert.Equal("sereno: cannot use the header of --header: it is not 'Name: value'\n", errors);
    }

    [Theory]
    [InlineData("http", "")]
    [InlineData("otlp", "v1/logs")]
    public void A_user_of_the_address_is_sent_as_basic_and_never_shown(string scheme, string path)
    {
        _journal.AddLines(1);
        int tries = 0;
        using var collector = new Collector(async (c, stream, _) =>
        {
            while (await c.RequestAsync(stream) is not null)
                await Collector.AnswerAsync(stream, tries++ == 0 ? "503 Busy" : "200 OK");
        });
        var (status, _, errors) = _journal.ForwardOnce($"{scheme}://me:pä%20ss@127.0.0.1:{collector.Port}/{path}");
        Assert.Equal(0, status);
        string shown = $"{scheme}://127.0.0.1:{collector.Port}/{path}";
        Assert.Equal($"sereno: cannot forward to {shown}: HTTP 503 Busy; what waits stays in the journal\nsereno: {shown} takes entries again\n", errors);
        string basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("me:pä ss"));
        Assert.All(collector.Requests, head => Assert.Contains($"\r\nAuthorization: Basic {basic}\r\n", head));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("otlp")]
    public void A_header_file_that_is_half_written_or_gone_for_a_while_is_waited_for(string scheme)
    {
        string headers = $"{_journal.Folder}/headers";
        File.WriteAllText(headers, "X-Token: first\n");
        using var collector = Accepting();
        using var process = _journal.Forward($"{scheme}://127.0.0.1:{collector.Port}/", "--header-file", headers);
        _journal.AddLines(1);
        Collector.Until(() => collector.Requests.Length == 1);
        File.WriteAllText(headers, "X-Tok");
        _journal.AddLines(1);
        Collector.Until(() => process.ErrorsSoFar.Contains($"cannot use the header of {headers}: it is not 'Name: value'; what waits stays in the journal"));
        File.Delete(headers);
        Collector.Until(() => process.ErrorsSoFar.Contains("Could not find file"));
        File.WriteAllText($"{headers}.new", "X-Token: second\n");
        File.Move($"{headers}.new", headers);
        Collector.Until(() => collector.Requests.Length == 2);
        Assert.Contains("\r\nX-Token: second\r\n", collector.Requests[1]);
    }

    [Fact]
    public void A_header_file_that_is_not_there_at_first_is_said_and_ends_it()
    {
        var (status, _, errors) = _journal.ForwardOnce("http://127.0.0.1:1/", "--header-file", $"{_journal.Folder}/none");
        Assert.Equal(1, status);
        Assert.Contains($"{_journal.Folder}/none", errors);
        Assert.DoesNotContain("what waits", errors);
    }

    private static Collector Accepting(bool gzip = false) => new(async (c, stream, _) =>
    {
        while (await c.RequestAsync(stream) is { } request)
        {
            c.Keep(gzip ? Unpack(request.Body) : request.Body);
            await Collector.AnswerAsync(stream, "200 OK");
        }
    });

    private static byte[] Unpack(byte[] body)
    {
        var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
