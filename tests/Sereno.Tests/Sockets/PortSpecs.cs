using System.Runtime.CompilerServices;
using Sereno.Sockets.Ports;
using Xunit;

namespace Sereno.Tests.Sockets;

public class PortSpecs
{
    [Theory]
    [InlineData(0, PortClass.System)]
    [InlineData(1023, PortClass.System)]
    [InlineData(1024, PortClass.User)]
    [InlineData(49151, PortClass.User)]
    [InlineData(49152, PortClass.Dynamic)]
    [InlineData(65535, PortClass.Dynamic)]
    public void A_port_is_of_the_class_that_RFC_6335_says(int port, PortClass expected) => Assert.Equal(expected, PortClasses.Of((ushort)port));

    [Theory]
    [InlineData(22, false, "ssh")]
    [InlineData(53, true, "domain")]
    [InlineData(80, false, "http")] // not www, which is registered for it too
    [InlineData(443, true, "https")]
    [InlineData(6010, false, "x11")] // within a range
    [InlineData(8080, false, "http-alt")]
    [InlineData(0, false, null)] // reserved, without a name
    [InlineData(65535, true, null)]
    public void A_port_has_the_name_that_IANA_registered(int port, bool udp, string? name) =>
        Assert.Equal(name, PortRegistry.Iana.NameOf((ushort)port, udp));

    [Fact]
    public void The_compiled_registry_is_IANAs()
    {
        string folder = DataFolder();
        byte[] compiled = PortRegistry.Compile(File.ReadAllText(Path.Combine(folder, "service-names-port-numbers.csv")));
        string blob = Path.Combine(folder, "ports.bin");
        if (Environment.GetEnvironmentVariable("SERENO_REFRESH") == "1")
            File.WriteAllBytes(blob, compiled);
        Assert.True(File.ReadAllBytes(blob).AsSpan().SequenceEqual(compiled), "ports.bin isn't what the CSV compiles to: run once with SERENO_REFRESH=1");
    }

    [Fact]
    public void The_kernels_range_of_ephemeral_ports_is_read()
    {
        var range = EphemeralRange.Read();
        Assert.True(range.First < range.Last);
        Assert.True(range.Contains(range.First) && range.Contains(range.Last) && !range.Contains(22));
    }

    private static string DataFolder([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../src/Sereno.Sockets/Data");
}
