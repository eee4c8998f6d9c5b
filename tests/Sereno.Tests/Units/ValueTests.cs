using Sereno.Units.Model;
using Sereno.Units.Values;
using Xunit;

namespace Sereno.Tests.Units;

public class ValueTests
{
    [Theory]
    [InlineData("yes", true)]
    [InlineData("T", true)]
    [InlineData("1", true)]
    [InlineData("oFf", false)]
    [InlineData("n", false)]
    [InlineData("2", null)]
    [InlineData("", null)]
    public void Booleans_are_written_in_six_ways_each(string text, bool? expected) => Assert.Equal(expected, Booleans.Parse(text));

    [Theory]
    [InlineData("1K", 1024UL)]
    [InlineData("1.5K", 1536UL)]
    [InlineData("1G 500M", 1024UL * 1024 * 1524)]
    [InlineData("12B", 12UL)]
    [InlineData("1 K", 1024UL)]
    [InlineData("16E", null)]
    [InlineData("1M 1G", null)]
    [InlineData("-1", null)]
    [InlineData("K", null)]
    [InlineData("", null)]
    public void Sizes_are_in_units_of_1024(string text, ulong? expected) =>
        Assert.Equal(expected, Sizes.Read(text, out ulong bytes) == ParseError.None ? bytes : null);

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("HUP", 1)]
    [InlineData("9", 9)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMAX-1", 63)]
    [InlineData("RTMAX", 64)]
    [InlineData("SIGFOO", null)]
    [InlineData("0", null)]
    [InlineData("65", null)]
    [InlineData("RTMIN+31", null)]
    public void Signals_go_by_name_and_number(string text, int? expected) => Assert.Equal(expected, Signals.Parse(text));

    [Theory]
    [InlineData("TEMPFAIL", 75)]
    [InlineData("EXCEPTION", 255)]
    [InlineData("BPF", 244)]
    [InlineData("250", 250)]
    [InlineData("256", null)]
    [InlineData("SIGTERM", null)]
    public void Exit_statuses_go_by_name_and_number(string text, int? expected) => Assert.Equal(expected, ExitStatuses.Parse(text));

    [Theory]
    [InlineData(Resource.OpenFiles, "1024:4096", 1024UL, 4096UL)]
    [InlineData(Resource.OpenFiles, "infinity", ulong.MaxValue, ulong.MaxValue)]
    [InlineData(Resource.Cpu, "1500ms", 2UL, 2UL)]
    [InlineData(Resource.RealtimeTime, "1ms", 1000UL, 1000UL)]
    [InlineData(Resource.AddressSpace, "1M:infinity", 1048576UL, ulong.MaxValue)]
    [InlineData(Resource.Nice, "-5", 25UL, 25UL)]
    [InlineData(Resource.Nice, "+5", 15UL, 15UL)]
    public void Limits_count_in_the_unit_of_their_resource(Resource resource, string text, ulong soft, ulong hard)
    {
        Assert.True(ResourceLimits.TryParse(resource, text, out var limit, out _));
        Assert.Equal(new ResourceLimit(soft, hard), limit);
    }

    [Theory]
    [InlineData("022", 18u)]
    [InlineData("7777", 4095u)]
    [InlineData("10000", null)]
    [InlineData("+22", null)]
    [InlineData("8", null)]
    public void Modes_are_octal(string text, uint? expected) => Assert.Equal(expected, Integers.TryMode(text, out uint mode) ? mode : null);
}
