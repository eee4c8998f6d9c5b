using System.Text.Json;
using Sereno.Tests.Verbs;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>Nobody answers at a port: the unit that should is named.</summary>
[Collection(Live.Name)]
public sealed class WhyIdleSpecs
{
    [Fact]
    public void A_socket_unit_that_is_meant_for_the_port_and_doesnt_listen_is_named()
    {
        int port = SerenoProcess.FreeAddress().Port;
        using var sereno = new LiveInstance(folder =>
        {
            File.WriteAllText($"{folder}/units/web.socket", $"[Socket]\nListenStream=127.0.0.1:{port}\nAccept=yes\n");
            File.WriteAllText($"{folder}/units/web@.service", "[Service]\nExecStart=/bin/cat\nStandardInput=socket\n");
            File.WriteAllText($"{folder}/units/names.target", "[Unit]\nBefore=web.socket\n");
        });
        sereno.Do("start", "names.target");
        Assert.Contains($"web.socket is meant to listen at 127.0.0.1:{port}, and isn't started: sereno start web.socket", sereno.Run("why", $"{port}").Output.ReplaceLineEndings(" "));
        Assert.DoesNotContain("web.socket", sereno.Run("why", $"{port}", "--udp").Output);
        using var json = JsonDocument.Parse(sereno.Run("why", $"{port}", "-o", "json").Output);
        Assert.Equal("inactive", json.RootElement.GetProperty("idleSocketUnits")[0].GetProperty("state").GetString());
        sereno.Do("start", "web.socket");
        Assert.DoesNotContain("is meant to", sereno.Run("why", $"{port}").Output);
    }
}
