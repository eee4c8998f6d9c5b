using System.Text;

namespace Sereno.Bus.Auth;

public enum AuthState { Working, Done, Failed }

/// <summary>Splits what arrives into CR LF lines (D-Bus specification, "Authentication Protocol"), within a bound.</summary>
internal sealed class AuthLines
{
    /// <summary>More than sd-bus accepts before BEGIN is of no honest peer.</summary>
    private const int MaxLength = 16 * 1024;
    private readonly StringBuilder _line = new();
    private int _seen;

    /// <summary>Takes bytes up to the end of a line.</summary>
    /// <returns>The line without CR LF; null when more must come.</returns>
    public string? Next(ref ReadOnlySpan<byte> bytes, out bool fault)
    {
        fault = false;
        while (!bytes.IsEmpty)
        {
            byte b = bytes[0];
            bytes = bytes[1..];
            _line.Append((char)b);
            if (++_seen > MaxLength || b >= 0x80)
            {
                fault = true;
                return null;
            }
            if (b == '\n' && _line.Length >= 2 && _line[^2] == '\r')
            {
                string line = _line.ToString(0, _line.Length - 2);
                _line.Clear();
                return line;
            }
        }
        return null;
    }
}
