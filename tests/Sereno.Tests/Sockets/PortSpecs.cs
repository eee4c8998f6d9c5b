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
        Assert.Equal(name, PortRegistry.Iana.NameOf((ushort)port, udp ? Transport.Udp : Transport.Tcp));

    [Fact]
    public void The_compiled_registry_is_IANAs()
    {
        string folder = DataFolder();
        var (names, descriptions) = PortRegistry.Compile(File.ReadAllText(Path.Combine(folder, "service-names-port-numbers.csv")));
        foreach (var (file, compiled) in ((string, byte[])[])[("ports.bin", names), ("port-descriptions.bin", descriptions)])
        {
            string blob = Path.Combine(folder, file);
            if (Environment.GetEnvironmentVariable("SERENO_REFRESH") == "1")
                File.WriteAllBytes(blob, compiled);
            Assert.True(File.ReadAllBytes(blob).AsSpan().SequenceEqual(compiled), $"{file} isn't what the CSV compiles to: run once with SERENO_REFRESH=1");
        }
    }

    [Theory]
    [InlineData(22, Transport.Tcp, "The Secure Shell (SSH) Protocol")]
    [InlineData(80, Transport.Sctp, "HTTP")]
    [InlineData(5432, Transport.Tcp, "PostgreSQL Database")]
    [InlineData(1, Transport.Dccp, null)]
    public void A_port_is_described_for_its_transport(int port, Transport transport, string? description) =>
        Assert.Equal(description, PortRegistry.Iana.DescriptionOf((ushort)port, transport));

    [Theory]
    [InlineData("ssh", 22)]
    [InlineData("SSH", 22)]
    [InlineData("www", 80)] // not the name to use, but a registered one
    [InlineData("http-alt", 591, 8008, 8080)]
    [InlineData("no-such-service")]
    public void A_service_has_the_ports_that_IANA_registered(string name, params int[] ports) =>
        Assert.Equal(ports, PortRegistry.Iana.PortsOf(name).Select(p => (int)p));

    [Fact]
    public void The_kernels_reserved_ports_are_read_as_it_writes_them()
    {
        var ports = new LinuxPorts { Reserved = LinuxPorts.ParseList("8080,40000-40010"), Ephemeral = new(32768, 60999) };
        Assert.Equal((true, false, true, true, false), (ports.IsReserved(8080), ports.IsEphemeral(8080), ports.IsReserved(40010), ports.IsEphemeral(40011), ports.IsEphemeral(40000)));
        Assert.Empty(LinuxPorts.ParseList(""));
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
