using System.Text;
using Sereno.Linux;
using Sereno.Sockets.Owners;
using Sereno.Sockets.Selection;
using Sereno.Sockets.Views.Windows;

namespace Sereno.Verbs;

/// <summary>netstat as Windows has it: sereno netstat --style windows.</summary>
public static class WindowsNetstatVerb
{
    private const int Failed = 1;

    private static readonly (string Option, string English, string Spanish)[] s_help =
    [
        ("-a", "Displays all connections and listening ports.", "Muestra todas las conexiones y los puertos de escucha."),
        ("-b", "Displays the executable, and the unit, behind each connection or port.", "Muestra el ejecutable, y la unidad, de cada conexión o puerto."),
        ("-e", "Displays interface statistics.", "Muestra estadísticas de las interfaces."),
        ("-f", "Displays whole domain names of foreign addresses.", "Muestra nombres de dominio completos de las direcciones remotas."),
        ("-n", "Displays addresses and port numbers in numerical form.", "Muestra direcciones y puertos en formato numérico."),
        ("-o", "Displays the process ID of each connection.", "Muestra el id. de proceso de cada conexión."),
        ("-p proto", "Only TCP, UDP, TCPv6 or UDPv6; with -s also IP, IPv6, ICMP or ICMPv6.", "Solo TCP, UDP, TCPv6 o UDPv6; con -s también IP, IPv6, ICMP o ICMPv6."),
        ("-q", "Also bound ports that neither listen nor are connected.", "También los puertos enlazados que ni escuchan ni están conectados."),
        ("-r", "Displays the routing table.", "Muestra la tabla de enrutamiento."),
        ("-s", "Displays statistics of each protocol.", "Muestra estadísticas de cada protocolo."),
        ("-t", "Displays the offload state.", "Muestra el estado de descarga."),
        ("-x", "Displays NetworkDirect connections.", "Muestra las conexiones NetworkDirect."),
        ("-y", "Displays the connection template.", "Muestra la plantilla de conexión."),
        ("interval", "Repeats after so many seconds, until Ctrl+C.", "Se repite pasados tantos segundos, hasta Ctrl+C."),
    ];

    /// <param name="language">"es" or "en".</param>
    /// <param name="again">Waits for the interval; false when nobody reads any more.</param>
    /// <returns>0, or 1 when it can't be done.</returns>
    public static int Run(IReadOnlyList<string> arguments, Stream output, TextWriter errors, string language, IUnitResolver units, Func<TimeSpan, bool> again,
        SocketSieve? only = null)
    {
        if (WindowsNetstatArguments.TryRead(arguments) is not { } request)
        {
            output.Write(Encoding.UTF8.GetBytes(Help(language)));
            return Failed;
        }
        try
        {
            WindowsNetstatView.Write(request, output, language, units, again, only);
            return 0;
        }
        catch (LinuxException e)
        {
            errors.WriteLine($"netstat: {e.Message}");
            return Failed;
        }
    }

    private static string Help(string language)
    {
        bool spanish = language == "es";
        var text = new StringBuilder();
        text.Append(spanish ? "\r\nMuestra estadísticas de protocolo y conexiones de red TCP/IP actuales.\r\n\r\n" : "\r\nDisplays protocol statistics and current TCP/IP network connections.\r\n\r\n");
        text.Append(spanish ? "NETSTAT [-a] [-b] [-e] [-f] [-n] [-o] [-p proto] [-q] [-r] [-s] [-t] [-x] [-y] [intervalo]\r\n\r\n"
            : "NETSTAT [-a] [-b] [-e] [-f] [-n] [-o] [-p proto] [-q] [-r] [-s] [-t] [-x] [-y] [interval]\r\n\r\n");
        foreach (var (option, english, inSpanish) in s_help)
            text.Append("  ").Append((spanish && option == "interval" ? "intervalo" : option).PadRight(14)).Append(spanish ? inSpanish : english).Append("\r\n");
        return text.ToString();
    }
}
