namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat's headings and states in Spanish, by the English message. Columns keep their widths; a state that is
/// a word of RFC 9293's (SYN_SENT, TIME_WAIT) stays, as in net-tools' own translations.</summary>
internal static class NetstatSpanish
{
    public static readonly Dictionary<string, string> Messages = new()
    {
        ["Active Internet connections "] = "Conexiones activas de Internet ",
        ["Active UNIX domain sockets "] = "Sockets activos de dominio UNIX ",
        ["(servers and established)"] = "(servidores y establecidas)",
        ["(only servers)"] = "(solo servidores)",
        ["(w/o servers)"] = "(sin servidores)",
        ["\nProto Recv-Q Send-Q Local Address           Foreign Address         State      "] =
            "\nProto Cola-R Cola-E Dirección local         Dirección remota        Estado     ",
        [" User       Inode     "] = " Usuario    Inodo     ",
        [" Timer"] = " Temporizador",
        ["\nProto RefCnt Flags       Type       State         I-Node  "] = "\nProto Refs   Marcas      Tipo       Estado        Inodo   ",
        [" Path\n"] = " Ruta\n",
        ["ESTABLISHED"] = "ESTABLECIDA",
        ["CLOSE"] = "CERRADA",
        ["LISTEN"] = "ESCUCHA",
        ["CLOSING"] = "CERRANDO",
        ["UNKNOWN"] = "DESCONOCIDO",
        ["LISTENING"] = "ESCUCHANDO",
        ["CONNECTING"] = "CONECTANDO",
        ["CONNECTED"] = "CONECTADO",
        ["DISCONNECTING"] = "DESCONECTANDO",
        ["FREE"] = "LIBRE",
        ["IPv4 Group Memberships\n"] = "IPv4: pertenencia a grupos\n",
        ["Interface       RefCnt Group\n"] = "Interfaz        Refs   Grupo\n",
        ["Kernel Interface table\n"] = "Tabla de interfaces del núcleo\n",
        ["Kernel IP routing table\n"] = "Tabla de rutas IP del núcleo\n",
        ["Kernel IPv6 routing table\n"] = "Tabla de rutas IPv6 del núcleo\n",
        ["Kernel IP routing cache\n"] = "Caché de rutas IP del núcleo\n",
        ["Kernel IPv6 routing cache\n"] = "Caché de rutas IPv6 del núcleo\n",
        ["Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"] =
            "Destino         Pasarela        Máscara         Indic Métric Ref    Uso Interfaz\n",
        ["Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n"] =
            "Destino         Pasarela        Máscara         Indic   MSS Ventana irtt Interfaz\n",
        ["Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt\n"] =
            "Destino         Pasarela        Máscara         Indic Métric Ref    Uso Interfaz MSS   Ventan irtt\n",
        ["Destination                    Next Hop                   Flag Met Ref  Use If\n"] =
            "Destino                        Siguiente salto            Indi Mét Ref  Uso Interfaz\n",
        ["%s: no support for `%s' on this system.\n"] = "%s: este sistema no admite «%s».\n",
        ["(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n"] =
            "(No se han podido identificar todos los procesos: de los ajenos no se\n muestra nada; para verlo todo hay que ser root.)\n",
        ["(No info could be read for \"-p\": geteuid()=%d but you should be root.)\n"] =
            "(No se ha podido leer nada para «-p»: geteuid()=%d, pero debería ser root.)\n",
        ["Unknown address family `%s'.\n"] = "Familia de direcciones desconocida: «%s».\n",
    };
}
