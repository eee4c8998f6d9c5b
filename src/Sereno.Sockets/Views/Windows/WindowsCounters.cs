namespace Sereno.Sockets.Views.Windows;

/// <summary>Windows' names of counters, in English and Spanish, and the kernel's (without its table): the first that there is counts.</summary>
internal static class WindowsCounters
{
    public static readonly (string English, string Spanish, string Counter)[] Ip =
    [
        ("Packets Received", "Paquetes recibidos", "InReceives"),
        ("Received Header Errors", "Errores de encabezado recibidos", "InHdrErrors"),
        ("Received Address Errors", "Errores de dirección recibidos", "InAddrErrors"),
        ("Datagrams Forwarded", "Datagramas reenviados", "ForwDatagrams|OutForwDatagrams"),
        ("Unknown Protocols Received", "Protocolos desconocidos recibidos", "InUnknownProtos"),
        ("Received Packets Discarded", "Paquetes recibidos descartados", "InDiscards"),
        ("Received Packets Delivered", "Paquetes recibidos procesados", "InDelivers"),
        ("Output Requests", "Solicitudes de salida", "OutRequests"),
        ("Routing Discards", "Descartes de ruta", "RoutingDiscards"),
        ("Discarded Output Packets", "Paquetes de salida descartados", "OutDiscards"),
        ("Output Packet No Route", "Paquetes de salida sin ruta", "OutNoRoutes"),
        ("Reassembly Required", "Reensambles requeridos", "ReasmReqds"),
        ("Reassembly Successful", "Reensambles correctos", "ReasmOKs"),
        ("Reassembly Failures", "Reensambles erróneos", "ReasmFails"),
        ("Datagrams Successfully Fragmented", "Datagramas correctamente fragmentados", "FragOKs"),
        ("Datagrams Failing Fragmentation", "Datagramas mal fragmentados", "FragFails"),
        ("Fragments Created", "Fragmentos creados", "FragCreates"),
    ];

    /// <summary>Behind In and Out.</summary>
    public static readonly (string English, string Spanish, string Counter)[] Icmp =
    [
        ("Messages", "Mensajes", "Msgs"),
        ("Errors", "Errores", "Errors"),
        ("Destination Unreachable", "Destino inaccesible", "DestUnreachs"),
        ("Time Exceeded", "Tiempo agotado", "TimeExcds"),
        ("Parameter Problems", "Problemas de parámetros", "ParmProbs"),
        ("Source Quenches", "Paquetes de control", "SrcQuenchs"),
        ("Redirects", "Redirecciones", "Redirects"),
        ("Echo Replies", "Respuestas de eco", "EchoReps"),
        ("Echos", "Ecos", "Echos"),
        ("Timestamps", "Marcas de tiempo", "Timestamps"),
        ("Timestamp Replies", "Respuestas marca tiempo", "TimestampReps"),
        ("Address Masks", "Máscaras de direcciones", "AddrMasks"),
        ("Address Mask Replies", "Respuestas másc. direcc.", "AddrMaskReps"),
    ];

    /// <summary>Behind In and Out.</summary>
    public static readonly (string English, string Spanish, string Counter)[] Icmp6 =
    [
        ("Messages", "Mensajes", "Msgs"),
        ("Errors", "Errores", "Errors"),
        ("Destination Unreachable", "Destino inaccesible", "DestUnreachs"),
        ("Packet Too Big", "Paquete demasiado grande", "PktTooBigs"),
        ("Time Exceeded", "Tiempo agotado", "TimeExcds"),
        ("Parameter Problems", "Problemas de parámetros", "ParmProblems"),
        ("Echos", "Ecos", "Echos"),
        ("Echo Replies", "Respuestas de eco", "EchoReplies"),
        ("MLD Queries", "Consultas MLD", "GroupMembQueries"),
        ("MLD Reports", "Informes MLD", "GroupMembResponses"),
        ("MLD Dones", "Finalizaciones MLD", "GroupMembReductions"),
        ("Router Solicitations", "Solicitudes de enrutador", "RouterSolicits"),
        ("Router Advertisements", "Anuncios de enrutador", "RouterAdvertisements"),
        ("Neighbor Solicitations", "Solicitudes de vecino", "NeighborSolicits"),
        ("Neighbor Advertisements", "Anuncios de vecino", "NeighborAdvertisements"),
        ("Redirects", "Redirecciones", "Redirects"),
    ];

    public static readonly (string English, string Spanish, string Counter)[] Tcp =
    [
        ("Active Opens", "Activos abiertos", "ActiveOpens"),
        ("Passive Opens", "Pasivos abiertos", "PassiveOpens"),
        ("Failed Connection Attempts", "Intentos de conexión erróneos", "AttemptFails"),
        ("Reset Connections", "Conexiones restablecidas", "EstabResets"),
        ("Current Connections", "Conexiones actuales", "CurrEstab"),
        ("Segments Received", "Segmentos recibidos", "InSegs"),
        ("Segments Sent", "Segmentos enviados", "OutSegs"),
        ("Segments Retransmitted", "Segmentos retransmitidos", "RetransSegs"),
    ];

    public static readonly (string English, string Spanish, string Counter)[] Udp =
    [
        ("Datagrams Received", "Datagramas recibidos", "InDatagrams"),
        ("No Ports", "Sin puertos", "NoPorts"),
        ("Receive Errors", "Errores de recepción", "InErrors"),
        ("Datagrams Sent", "Datagramas enviados", "OutDatagrams"),
    ];
}
