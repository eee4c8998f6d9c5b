using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using Sereno.Sockets.Views;
using Xunit;

namespace Sereno.Tests.Sockets.Ss;

/// <summary>Numbers as printf(3) writes them, against printf(1) of awk, which hands doubles to the C library.</summary>
public class CNumberSpecs
{
    // Ties (x.5, x.125) and powers of ten are where roundings differ.
    private static readonly Gen<double> s_number = Gen.OneOf(
        Gen.Double[0, 1], Gen.Double[0, 1e7], Gen.Int[0, 10_000_000].Select(i => i / 1000.0), Gen.Int[0, 1_000_000].Select(i => i / 8.0),
        Gen.Int[-12, 20].Select(e => Math.Pow(10, e)), Gen.ULong.Select(u => (double)u), Gen.Const(0.0));

    [Fact]
    public void Numbers_are_rounded_and_written_as_by_the_C_library() => s_number.Array[200].Sample(numbers =>
    {
        var buffer = new Utf8Buffer();
        var program = new StringBuilder("BEGIN {\n");
        foreach (double number in numbers)
        {
            foreach (string format in (string[])["%g", "%.3g", "%.1f", "%.0f"])
                program.Append(CultureInfo.InvariantCulture, $"printf \"{format}\\n\", {number:R}\n");
            buffer.AppendGeneral(number);
            buffer.Append('\n');
            buffer.AppendGeneral(number, 3);
            buffer.Append('\n');
            buffer.AppendFixed(number, 1);
            buffer.Append('\n');
            buffer.AppendFixed(number, 0);
            buffer.Append('\n');
        }
        program.Append("}\n");
        using var awk = Process.Start(new ProcessStartInfo("awk", ["-f", "/dev/stdin"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        awk.StandardInput.Write(program);
        awk.StandardInput.Close();
        Assert.Equal(awk.StandardOutput.ReadToEnd(), Encoding.ASCII.GetString(buffer.Written));
        awk.WaitForExit();
    }, iter: 20, threads: 1);
}
