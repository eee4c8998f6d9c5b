namespace Sereno.Sockets.Views.Windows;

/// <summary>The headings of Windows' netstat in one language, as it prints them. States are English in both, so that filters for them work.</summary>
internal sealed record WindowsText
{
    private const string Spanish = "es";

    public required string Language { get; init; }
    public required string Connections { get; init; }
    public required string Protocol { get; init; }
    public required string LocalAddress { get; init; }
    public required string ForeignAddress { get; init; }
    public required string State { get; init; }
    public required string Pid { get; init; }
    public required string OffloadState { get; init; }
    public required string Template { get; init; }
    public required string NoOwner { get; init; }
    public required string NetworkDirect { get; init; }
    public required string InterfaceStatistics { get; init; }
    public required string Received { get; init; }
    public required string Sent { get; init; }
    public required string[] InterfaceRows { get; init; }
    public required string InterfaceList { get; init; }
    public required string RouteTable4 { get; init; }
    public required string RouteTable6 { get; init; }
    public required string ActiveRoutes { get; init; }
    public required string PersistentRoutes { get; init; }
    public required string None { get; init; }
    public required string OnLink { get; init; }
    public required string RouteColumns4 { get; init; }
    public required string RouteColumns6 { get; init; }

    public static WindowsText For(string language) => language == Spanish ? s_spanish : s_english;

    public bool IsSpanish => Language == Spanish;

    private static readonly WindowsText s_english = new()
    {
        Language = "en",
        Connections = "Active Connections",
        Protocol = "Proto",
        LocalAddress = "Local Address          ",
        ForeignAddress = "Foreign Address        ",
        State = "State",
        Pid = "PID",
        OffloadState = "Offload State",
        Template = "Template",
        NoOwner = " Can not obtain ownership information",
        NetworkDirect = "Active NetworkDirect Connections, Listeners, SharedEndpoints",
        InterfaceStatistics = "Interface Statistics",
        Received = "Received",
        Sent = "Sent",
        InterfaceRows = ["Bytes", "Unicast packets", "Non-unicast packets", "Discards", "Errors", "Unknown protocols"],
        InterfaceList = "Interface List",
        RouteTable4 = "IPv4 Route Table",
        RouteTable6 = "IPv6 Route Table",
        ActiveRoutes = "Active Routes:",
        PersistentRoutes = "Persistent Routes:",
        None = "  None",
        OnLink = "On-link",
        RouteColumns4 = "Network Destination        Netmask          Gateway       Interface  Metric",
        RouteColumns6 = " If Metric Network Destination      Gateway",
    };

    private static readonly WindowsText s_spanish = new()
    {
        Language = Spanish,
        Connections = "Conexiones activas",
        Protocol = "Proto",
        LocalAddress = "Dirección local        ",
        ForeignAddress = "Dirección remota       ",
        State = "Estado",
        Pid = "PID",
        OffloadState = "Estado de descarga",
        Template = "Plantilla",
        NoOwner = " No se puede obtener información de propiedad",
        NetworkDirect = "Conexiones, agentes de escucha y extremos compartidos de NetworkDirect activos",
        InterfaceStatistics = "Estadísticas de interfaz",
        Received = "Recibidos",
        Sent = "Enviados",
        InterfaceRows = ["Bytes", "Paquetes de unidifusión", "Paquetes no de unidifusión", "Descartados", "Errores", "Protocolos desconocidos"],
        InterfaceList = "Lista de interfaces",
        RouteTable4 = "IPv4 Tabla de enrutamiento",
        RouteTable6 = "IPv6 Tabla de enrutamiento",
        ActiveRoutes = "Rutas activas:",
        PersistentRoutes = "Rutas persistentes:",
        None = "  Ninguno",
        OnLink = "En vínculo",
        RouteColumns4 = "Destino de red        Máscara de red   Puerta de enlace   Interfaz  Métrica",
        RouteColumns6 = " Cuando destino de red métrica      Puerta de enlace",
    };
}
