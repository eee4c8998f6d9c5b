using System.Text;
using Sereno.Linux;

namespace Sereno.Verbs;

/// <summary>Lines from our standard input, for the verbs that take them in place of a file.</summary>
internal static class ConfigInput
{
    public static string[] Lines()
    {
        using var content = new MemoryStream();
        var buffer = new byte[4096];
        using var input = new Fd(0);
        for (int n; (n = input.Read(buffer)) > 0;)
            content.Write(buffer, 0, n);
        return Encoding.UTF8.GetString(content.ToArray()).Split('\n');
    }
}
