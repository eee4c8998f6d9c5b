using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Sereno.Journal.Intake;
using Xunit;

namespace Sereno.Tests.Journal.Intake;

/// <summary>What comes by socket, byte for byte; each expectation is what journald 252 makes of it, but for RFC 5424, which it doesn't know.</summary>
public class MessageTests
{
    private static string Fields(Action<FieldBuffer> add)
    {
        var fields = new FieldBuffer();
        add(fields);
        return string.Join("|", Enumerable.Range(0, fields.Count).Select(i => Encoding.Latin1.GetString(fields[i])));
    }

    private static string Syslog(string datagram)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(datagram);
        return Fields(f => SyslogMessage.Parse(bytes).AddTo(f, bytes));
    }

    [Theory]
    [InlineData("<30>Oct 11 22:14:15 su[123]: failed", "PRIORITY=6|SYSLOG_FACILITY=3|SYSLOG_IDENTIFIER=su|SYSLOG_PID=123|SYSLOG_TIMESTAMP=Oct 11 22:14:15 |MESSAGE=failed")]
    [InlineData("<5>Oct  1 02:04:05 kernel: x", "PRIORITY=5|SYSLOG_IDENTIFIER=kernel|SYSLOG_TIMESTAMP=Oct  1 02:04:05 |MESSAGE=x")]
    [InlineData("<13>su: without time", "PRIORITY=5|SYSLOG_FACILITY=1|SYSLOG_IDENTIFIER=su|MESSAGE=without time|SYSLOG_RAW=<13>su: without time")]
    [InlineData("no priority", "PRIORITY=6|SYSLOG_FACILITY=1|MESSAGE=no priority|SYSLOG_RAW=no priority")]
    [InlineData("<13>Oct 11 22:14:15 su: x\n", "PRIORITY=5|SYSLOG_FACILITY=1|SYSLOG_IDENTIFIER=su|SYSLOG_TIMESTAMP=Oct 11 22:14:15 |MESSAGE=x|SYSLOG_RAW=<13>Oct 11 22:14:15 su: x\n")]
    [InlineData("<13>Oct 11 22:14:15 a: b\0c", "PRIORITY=5|SYSLOG_FACILITY=1|SYSLOG_IDENTIFIER=a|SYSLOG_TIMESTAMP=Oct 11 22:14:15 |MESSAGE=b|SYSLOG_RAW=<13>Oct 11 22:14:15 a: b\0c")]
    [InlineData("<13>Oct 11 22:14:15   spaced message", "PRIORITY=5|SYSLOG_FACILITY=1|SYSLOG_TIMESTAMP=Oct 11 22:14:15 |MESSAGE=  spaced message")]
    public void Rfc_3164_is_read_as_journald_reads_it(string datagram, string expected) => Assert.Equal("_TRANSPORT=syslog|" + expected, Syslog(datagram));

    [Theory]
    [InlineData("<165>1 2003-10-11T22:14:15.003Z host app 77 ID47 [ex@1 a=\"b\\]\"][y] \u00ef\u00bb\u00bfAn entry",
        "PRIORITY=5|SYSLOG_FACILITY=20|SYSLOG_IDENTIFIER=app|SYSLOG_PID=77|SYSLOG_TIMESTAMP=2003-10-11T22:14:15.003Z|SYSLOG_MSGID=ID47|SYSLOG_STRUCTURED_DATA=[ex@1 a=\"b\\]\"][y]|MESSAGE=An entry")]
    [InlineData("<34>1 2003-10-11T22:14:15.003Z - su - - - failed", "PRIORITY=2|SYSLOG_FACILITY=4|SYSLOG_IDENTIFIER=su|SYSLOG_TIMESTAMP=2003-10-11T22:14:15.003Z|MESSAGE=failed")]
    [InlineData("<34>1 second", "PRIORITY=2|SYSLOG_FACILITY=4|MESSAGE=1 second|SYSLOG_RAW=<34>1 second")]
    public void Rfc_5424_has_its_fields(string datagram, string expected) => Assert.Equal("_TRANSPORT=syslog|" + expected, Syslog(datagram));

    [Fact]
    public void No_datagram_is_too_strange() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        byte[] prefixed = [.. "<13>1 2003-10-11T22:14:15.003Z "u8, .. bytes];
        Assert.Contains("MESSAGE=", Fields(f => SyslogMessage.Parse(bytes).AddTo(f, bytes)));
        Assert.Contains("MESSAGE=", Fields(f => SyslogMessage.Parse(prefixed).AddTo(f, prefixed)));
    });

    private static (NativeMessage.Outcome Outcome, string Fields, int Left) Native(ReadOnlySpan<byte> message)
    {
        var fields = new FieldBuffer();
        var outcome = NativeMessage.Take(ref message, fields);
        return (outcome, string.Join("|", Enumerable.Range(0, fields.Count).Select(i => Encoding.Latin1.GetString(fields[i]))), message.Length);
    }

    private static byte[] Binary(string name, byte[] value, ulong? length = null)
    {
        var size = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(size, length ?? (ulong)value.Length);
        return [.. Encoding.ASCII.GetBytes(name), (byte)'\n', .. size, .. value, (byte)'\n'];
    }

    [Fact]
    public void Native_entries_are_lines_and_counted_bytes()
    {
        byte[] message = [.. "MESSAGE=hello\nPRIORITY=3\n"u8, .. Binary("BLOB", [1, 10, 0, 2]), .. "\nMESSAGE=next\n"u8];
        Assert.Equal((NativeMessage.Outcome.Entry, "MESSAGE=hello|PRIORITY=3|BLOB=\u0001\n\0\u0002", "MESSAGE=next\n".Length), Native(message));
    }

    [Fact]
    public void Trusted_and_bad_names_are_left_out() => Assert.Equal("MESSAGE=x",
        Native(Encoding.ASCII.GetBytes($"_PID=1\n__CURSOR=x\nlower=x\n9A=x\nA-B=x\n=x\n{new string('A', 65)}=x\n{new string('B', 1024)}=x\n.cmd\n#note\nMESSAGE=x\n")).Fields);

    [Theory]
    [InlineData(5UL)]
    [InlineData(2UL)]
    [InlineData(1UL << 40)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)int.MaxValue)]
    public void Lengths_that_lie_end_the_message(ulong length)
    {
        byte[] message = [.. "MESSAGE=x\n"u8, .. Binary("BLOB", [1, 2, 3], length)];
        var (outcome, fields, left) = Native(message);
        Assert.Equal(0, left);
        Assert.True(outcome == NativeMessage.Outcome.Refused ? fields.Length == 0 : fields == "MESSAGE=x");
    }

    [Fact]
    public void No_native_message_is_too_strange() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 30]).Sample((bytes, tail) =>
    {
        ReadOnlySpan<byte> message = (byte[])[.. bytes, (byte)'A', (byte)'\n', .. tail];
        for (int turns = 0; !message.IsEmpty; turns++)
        {
            Assert.True(turns < 300);
            NativeMessage.Take(ref message, new());
        }
    });

    [Fact]
    public void More_fields_than_allowed_are_no_entry() =>
        Assert.Equal(NativeMessage.Outcome.Refused, Native(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1100).Select(i => $"F{i}=x\n")))).Outcome);

    [Fact]
    public void A_stdout_stream_says_first_what_it_is()
    {
        var bytes = "cat\nunit.service\n30\n1\n0\nyes\nno\nhello\n"u8;
        var header = StdoutHeader.Parse(bytes, out int length);
        Assert.Equal((new StdoutHeader("cat", "unit.service", 30, true, false, true, false), bytes.Length - 6), (header, length));
        for (int n = 0; n < length; n++)
        {
            Assert.Null(StdoutHeader.Parse(bytes[..n], out int early));
            Assert.Equal(0, early);
        }
    }

    [Theory]
    [InlineData("a\n\n1000\n1\n0\n0\n0\n")]
    [InlineData("a\n\n6\nperhaps\n0\n0\n0\n")]
    [InlineData("a\0b\n6\n1\n0\n0\n0\n")]
    public void A_stream_that_says_nonsense_is_none(string header)
    {
        Assert.Null(StdoutHeader.Parse(Encoding.ASCII.GetBytes(header), out int length));
        Assert.Equal(-1, length);
    }

    [Fact]
    public void A_record_of_the_kernel_has_its_device()
    {
        Assert.True(KernelRecord.TryParse("4,1078,92341,-;usb 1-1: new \\x5cdevice\\x0a\n SUBSYSTEM=usb\n DEVICE=c189:1\nx"u8, out var record));
        Assert.Equal((4, 1078ul, 92341ul), (record.Priority, record.Sequence, record.Monotonic));
        var fields = new FieldBuffer();
        record.AddTo(fields, (id, into) => into.Add("_UDEV_ID="u8, Encoding.ASCII.GetBytes(id)));
        Assert.Equal("_KERNEL_SUBSYSTEM=usb|_KERNEL_DEVICE=c189:1|_UDEV_ID=c189:1|_SOURCE_MONOTONIC_TIMESTAMP=92341|_TRANSPORT=kernel|PRIORITY=4|SYSLOG_FACILITY=0|SYSLOG_IDENTIFIER=kernel|MESSAGE=usb 1-1: new \\device\n",
            string.Join("|", Enumerable.Range(0, fields.Count).Select(i => Encoding.Latin1.GetString(fields[i]))));
    }

    [Theory]
    [InlineData("12,1,2,-;sshd[7]: hello\n", "SYSLOG_FACILITY=1|SYSLOG_IDENTIFIER=sshd|SYSLOG_PID=7|MESSAGE=hello")]
    [InlineData("12,1,2;no tag\n", "SYSLOG_FACILITY=1|MESSAGE=no tag")]
    public void What_programs_write_to_the_kernels_log_has_their_names(string text, string expected)
    {
        Assert.True(KernelRecord.TryParse(Encoding.ASCII.GetBytes(text), out var record));
        var fields = new FieldBuffer();
        record.AddTo(fields, (_, _) => { });
        Assert.EndsWith(expected, string.Join("|", Enumerable.Range(0, fields.Count).Select(i => Encoding.Latin1.GetString(fields[i]))));
    }

    [Fact]
    public void No_record_is_too_strange() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        byte[] text = [.. "6,1,2,-;"u8, .. bytes];
        if (KernelRecord.TryParse(text, out var record))
            record.AddTo(new(), (_, _) => { });
        _ = KernelRecord.TryParse(bytes, out _);
    });

    [Fact]
    public void More_than_a_burst_is_suppressed_and_told_of()
    {
        const ulong second = 1_000_000;
        var limit = new RateLimit();
        Assert.Equal(3, Enumerable.Range(0, 10).Count(i => limit.Passes(6, second + (ulong)i, second, 3, 0, out _)));
        Assert.True(limit.Passes(3, second + 20, second, 3, 0, out uint errors), "errors are counted apart");
        Assert.True(limit.Passes(6, 3 * second, second, 3, 0, out uint suppressed));
        Assert.Equal((0u, 7u), (errors, suppressed));
        Assert.Equal(0u, limit.TakeSuppressed());
    }

    [Theory]
    [InlineData(0UL, 4)]
    [InlineData(1UL << 20, 4)]
    [InlineData(16UL << 20, 8)]
    [InlineData(256UL << 20, 12)]
    [InlineData(1UL << 40, 24)]
    public void More_may_pass_where_there_is_more_space(ulong free, int expected)
    {
        var limit = new RateLimit();
        Assert.Equal(expected, Enumerable.Range(0, 100).Count(_ => limit.Passes(6, 5, 1000, 4, free, out uint _)));
    }

    [Theory]
    [InlineData("keep me", true, "keep")]
    [InlineData("drop me", false, "keep")]
    [InlineData("keep but secret", false, "keep", "~secret")]
    [InlineData("anything", true, "~secret")]
    [InlineData("b42", true, "^a", "^b[0-9]+$")]
    public void Patterns_let_lines_pass_or_drop_them(string line, bool passes, params string[] patterns) =>
        Assert.Equal(passes, LineFilter.Of(patterns)!.Passes(Encoding.UTF8.GetBytes(line)));
}
