using Sereno.Sockets.Diagnosis;
using Sereno.Sockets.Scope;

namespace Sereno.Texts;

internal sealed partial class SpanishSocketTexts
{
    public override string SeverityWord(Severity severity) => severity switch
    {
        Severity.Note => "nota",
        Severity.Warning => "aviso",
        Severity.Critical => "grave",
    };

    public override string InNamespace(string name) => $"Espacio de nombres de red {name}:";
    public override string Healthy(int sockets) => $"Ningún problema en {sockets} sockets.";

    public override string TroubleText(Trouble trouble, string end, string peer, string idle) => trouble.Kind switch
    {
        TroubleKind.CloseWaitLeak => $"{trouble.Count} conexiones en CLOSE-WAIT: sus otros extremos han cerrado y el programa no{(idle.Length > 0 ? $"; la más antigua está en silencio desde hace {idle}" : "")}",
        TroubleKind.StuckConnection when trouble.WhoMustAct == Actor.PeerProgram => $"el otro extremo de {end} ({peer}) no lee nada: {Bytes(trouble.Count)} no se pueden enviar{(idle.Length > 0 ? $", ya desde hace {idle}" : "")} (su ventana está cerrada)",
        TroubleKind.StuckConnection => $"el programa de {end} no lee: {Bytes(trouble.Count)} de {peer} esperan{(idle.Length > 0 ? $", ya desde hace {idle}" : "")}",
        TroubleKind.AcceptQueueFull => $"{Connections((int)trouble.Count)} espera{(trouble.Count == 1 ? "" : "n")} en {end} a ser aceptada{(trouble.Count == 1 ? "" : "s")}, y el límite es {trouble.Limit} (Linux admite una más); las que lleguen de más se descartan",
        TroubleKind.ListenDrops when end.Length == 0 => $"se descartaron {trouble.Count} conexiones desde que existe este espacio de nombres de red, ninguna en un socket que escuche ahora",
        TroubleKind.ListenDrops => $"se descartaron {trouble.Count} conexiones en {end} desde que escucha",
        TroubleKind.EphemeralExhaustion => $"{trouble.Count} de {trouble.Limit} puertos de cliente se usan hacia {peer}: pronto connect(2) fallará con EADDRNOTAVAIL",
        TroubleKind.WiderThanDeclared => $"{end} está abierto a {trouble.Actual?.Name()}, y se declara [X-Sereno] Scope={trouble.Declared?.Name()}{(trouble.OthersAreRefused ? ": a los de fuera se les rechaza" : "")}",
        TroubleKind.TimeWaitNearLimit => $"{trouble.Count} conexiones en TIME-WAIT, se guardan {trouble.Limit} como mucho (net.ipv4.tcp_max_tw_buckets)",
        TroubleKind.SynBacklog => $"{trouble.Count} conexiones a medio abrir (SYN-RECEIVED) en {end}, cuya cola es de {trouble.Limit}: una inundación de SYN o una red que pierde los ACK",
        TroubleKind.OrphansStuck => $"{trouble.Count} sockets cerrados que ningún programa tiene esperan aún a sus otros extremos (FIN-WAIT-1, CLOSING, LAST-ACK, FIN-WAIT-2)",
        TroubleKind.HiddenOwners => trouble.Count == 1 ? "no se puede ver el dueño de 1 socket" : $"no se pueden ver los dueños de {trouble.Count} sockets",
        TroubleKind.UdpDrops => $"se descartaron {trouble.Count} datagramas en {end}: llegaron más deprisa de lo que se leían",
        TroubleKind.RestartStorm => $"{trouble.Unit} se reinició {trouble.Count} veces",
    };

    public override string NoScopes(string cause) => $"no se pueden leer los alcances que declaran las unidades: {cause}";

    public override string Remedy(Trouble trouble, bool mayTrace) => trouble.Kind switch
    {
        TroubleKind.CloseWaitLeak => "Arregle el programa: close(2) después de que read(2) devuelva 0. Mientras tanto reinícielo: eso los cierra todos.",
        TroubleKind.StuckConnection when trouble.WhoMustAct == Actor.PeerProgram => "Mire en qué está ocupado el programa del otro extremo; un plazo para escribir (TCP_USER_TIMEOUT) acaba con tales conexiones.",
        TroubleKind.StuckConnection => "Mire en qué está ocupado el programa: tiene que leer, o cerrar.",
        TroubleKind.AcceptQueueFull => "Acepte más deprisa o con más procesos; una cola más larga (listen(2), net.core.somaxconn) solo ayuda con las ráfagas.",
        TroubleKind.ListenDrops when trouble.Socket is null => "Nada que hacer ahora: vuelva a mirar cuando crezca.",
        TroubleKind.ListenDrops => "Acepte más deprisa, o dé a listen(2) una cola más larga y suba net.core.somaxconn.",
        TroubleKind.EphemeralExhaustion => "Reutilice conexiones (keep-alive, un grupo de ellas), use más direcciones de destino u origen, o amplíe net.ipv4.ip_local_port_range.",
        TroubleKind.WiderThanDeclared when trouble.OthersAreRefused => "No hay que hacer nada; una dirección más estrecha lo diría también a otros programas.",
        TroubleKind.WiderThanDeclared => "Ponga el servicio en una dirección más estrecha, o declare lo que se quiere.",
        TroubleKind.TimeWaitNearLimit => "Haga que los clientes cierren primero o reutilice conexiones; subir net.ipv4.tcp_max_tw_buckets cuesta poca memoria.",
        TroubleKind.SynBacklog => "Compruebe que net.ipv4.tcp_syncookies es 1; mire de dónde vienen: sereno sockets --state syn-received.",
        TroubleKind.OrphansStuck => "Los otros extremos han desaparecido o no leen nada; el núcleo se rinde él solo (net.ipv4.tcp_orphan_retries, net.ipv4.tcp_fin_timeout).",
        TroubleKind.HiddenOwners when mayTrace => "Hay un proceso en el que nadie de aquí puede mirar: pregunte a quien lleva esta máquina.",
        TroubleKind.HiddenOwners => "Ejecútelo como root, o con CAP_SYS_PTRACE.",
        TroubleKind.UdpDrops => "Lea más deprisa, o pida un búfer mayor (SO_RCVBUF, net.core.rmem_max).",
        TroubleKind.RestartStorm => $"Mire por qué termina: sereno logs {trouble.Unit}.",
    };
}
