using Sereno.Tests.Live;
using Xunit;

namespace Sereno.Tests.Verbs;

/// <summary>Manual pages say what --help says, and readers of manual pages find nothing wrong with them.</summary>
public sealed class ManualTests
{
    [Theory]
    [InlineData("en", "NAME", "EXIT STATUS")]
    [InlineData("es", "NOMBRE", "ESTADO DE SALIDA")]
    public void Every_verb_has_a_page_that_formatters_take_without_a_word(string language, string name, string exitStatus)
    {
        string folder = Directory.CreateTempSubdirectory("sereno-man-").FullName;
        try
        {
            Assert.Equal((0, "", ""), SerenoProcess.Run("--lang", language, "man", "--write-to", folder));
            string[] pages = [.. Directory.GetFiles($"{folder}/man1").Order(StringComparer.Ordinal)];
            string main = File.ReadAllText($"{folder}/man1/sereno.1");
            Assert.Contains($".SH {name}\n", main);
            Assert.Contains($".SH {exitStatus}\n", main);
            string[] verbs = [.. SerenoProcess.Run("complete", "--", "").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0])];
            Assert.Equal(verbs.Select(v => $"sereno-{v}.1").Append("sereno.1").Order(StringComparer.Ordinal), pages.Select(Path.GetFileName));
            Assert.Equal(new(0, "", ""), Command.Run("groff", ["-k", "-man", "-ww", "-z", "-Tutf8", .. pages]));
            if (Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists($"{p}/mandoc")))
                Assert.Equal(new(0, "", ""), Command.Run("mandoc", ["-Tlint", "-W", "warning", .. pages]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("logs")]
    [InlineData("sockets")]
    [InlineData("ss")]
    public void A_page_has_the_options_and_examples_of_the_help(string verb)
    {
        string help = SerenoProcess.Run("--lang", "en", verb, "--help").Output;
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, SerenoProcess.Run("--lang", "en", "man", verb).Output);
            var page = Command.Run("groff", "-k", "-man", "-Tascii", "-P-cbou", "-rLL=400n", path);
            Assert.Equal((0, ""), (page.Status, page.Errors));
            var words = page.Output.Split([' ', '\n', ','], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
            foreach (string option in help.Split([' ', '\n', ','], StringSplitOptions.RemoveEmptyEntries).Where(w => w.StartsWith("--", StringComparison.Ordinal) && !w.Contains('\'')))
                Assert.Contains(option, words);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void There_is_no_page_of_what_is_no_verb() => Assert.Equal((1, "", "sereno: unknown word 'nonsense'\n"), SerenoProcess.Run("--lang", "en", "man", "nonsense"));
}
