using Sereno.Sockets.Filter;

namespace Sereno.Texts;

public sealed class Spanish : Text
{
    public override string Language => "es";
    public override SocketTexts Sockets { get; } = new SpanishSocketTexts();
    public override InstallTexts Install { get; } = new SpanishInstallTexts();
    public override LogsTexts Logs { get; } = new SpanishLogsTexts();
    public override RunTexts Run { get; } = new SpanishRunTexts();
    public override ConnectTexts Connect { get; } = new SpanishConnectTexts();
    public override ForwardTexts Forward { get; } = new SpanishForwardTexts();
    public override ImportTexts Import { get; } = new SpanishImportTexts();
    public override ManualTexts Manual { get; } = new SpanishManualTexts();
    public override string Description => "Ejecuta los ficheros de unidad de systemd donde systemd no puede, y muestra los sockets de cada servicio.";
    public override string DirOption => "La instancia cuyos sockets, estado y registros están en esta carpeta";
    public override string UnitPathOption => "Dónde se buscan los ficheros de unidad, como SYSTEMD_UNIT_PATH";
    public override string LangOption => "Idioma de lo que lee una persona";
    public override string Examples => "Ejemplos:";

    public override string Help(string verb) => verb switch
    {
        "init" => "Ejecutar una instancia en primer plano: inicia su objetivo por defecto, cuida sus servicios y lo detiene todo con SIGTERM o Ctrl-C",
        "start" => "Iniciar (activar) unidades",
        "stop" => "Detener (desactivar) unidades",
        "run" => "Ejecutar una orden como servicio, sin fichero de unidad",
        "restart" => "Iniciar o reiniciar unidades",
        "reload" => "Hacer que las unidades vuelvan a leer su configuración",
        "try-restart" => "Reiniciar las unidades que estén activas",
        "reload-or-restart" => "Recargar las unidades que puedan; reiniciar las demás",
        "status" => "Mostrar el estado de unidades: procesos, sockets y últimas líneas de registro",
        "is-active" => "Decir si hay unidades activas; termina con 0 si alguna lo está, 3 si ninguna",
        "is-failed" => "Decir si hay unidades que han fallado; termina con 0 si alguna, 1 si ninguna",
        "is-enabled" => "Decir si hay unidades habilitadas; termina con 0 si alguna lo está, 1 si ninguna",
        "enable" => "Habilitar unidades: crea los enlaces que pide su sección [Install]",
        "disable" => "Deshabilitar unidades: quita sus enlaces",
        "mask" => "Hacer imposible iniciar unidades",
        "unmask" => "Deshacer mask",
        "reenable" => "Deshabilitar unidades y volver a habilitarlas",
        "preset" => "Habilitar o deshabilitar unidades según la preselección",
        "preset-all" => "Habilitar o deshabilitar todas las unidades según la preselección",
        "link" => "Enlazar ficheros de unidad de otro sitio en la ruta de búsqueda",
        "revert" => "Devolver los ficheros de unidad a como se instalaron",
        "add-wants" => "Hacer que un objetivo desee unidades",
        "add-requires" => "Hacer que un objetivo requiera unidades",
        "edit" => "Editar ficheros de unidad o sus añadidos, y cargarlos",
        "set-default" => "Elegir el objetivo que se inicia en el arranque",
        "get-default" => "Decir qué objetivo se inicia en el arranque",
        "list-units" => "Listar las unidades en memoria",
        "list-unit-files" => "Listar los ficheros de unidad instalados",
        "list-timers" => "Listar temporizadores: cuándo vencen y vencieron, y qué inician",
        "list-sockets" => "Listar los sockets: en qué escuchan y qué inician",
        "list-paths" => "Listar las unidades path: qué vigilan y qué inician",
        "list-dependencies" => "Mostrar en árbol lo que las unidades requieren y desean",
        "list-jobs" => "Listar los trabajos en cola",
        "cat" => "Mostrar ficheros de unidad y sus añadidos",
        "show" => "Mostrar propiedades de unidades o del gestor, para programas",
        "check" => "Listar cada directiva de las unidades: aplicada, emulada o ignorada aquí, y por qué",
        "kill" => "Enviar una señal a procesos de unidades",
        "reset-failed" => "Olvidar el fallo de unidades, o de todas",
        "daemon-reload" => "Volver a leer todos los ficheros de unidad",
        "exit" => "Detener todas las unidades en orden y terminar la instancia",
        "logs" => "Mostrar líneas de registro (bitácora)",
        "forward" => "Enviar entradas del diario a syslog, a un colector TCP o HTTP como líneas JSON, o a OpenTelemetry",
        "sockets" => "Mostrar todos los sockets TCP y UDP: unidad, proceso, extremos, estado, fase, ámbito y colas",
        "ports" => "Mostrar los puertos abiertos: unidad, proceso, dirección, servicio, clase, ámbito y conexiones",
        "why" => "Decir por qué un puerto está ocupado o no se puede usar; termina con 0 si está libre, 1 si no",
        "explain" => "Explicar un estado, una fase, un puerto, una dirección o una conexión, con lo que esta máquina muestra ahora",
        "doctor" => "Buscar problemas de sockets y decir quién debe actuar; termina con 0 si todo va bien, 1 si no",
        "ss" => "Mostrar sockets como el ss de iproute2 (vea ss(8))",
        "netstat" => "Mostrar sockets como el netstat de net-tools (vea netstat(8))",
        "trace" => "Mostrar cada cambio de estado de TCP según ocurre: unidad, proceso, extremos, fase, duración y bytes",
        "watch" => "Mostrar los servicios con estado, pid, puertos, ámbito y conexiones, en vivo",
        "tmpfiles" => "Crear, limpiar y eliminar ficheros como dice tmpfiles.d(5)",
        "sysusers" => "Añadir los usuarios y grupos que pide sysusers.d(5)",
        "serve" => "Ser un pequeño servidor para ejemplos y pruebas: http, echo, time...",
        "connect" => "Conectar con un servidor: la entrada estándar va allí, su respuesta a la salida estándar",
        "import" => "Hacer unidades socket y service de la configuración de inetd o de xinetd",
        "calendar" => "Decir cuándo llegan los próximos eventos de calendario (systemd.time(7))",
        "timespan" => "Decir cuánto dura un lapso de tiempo (systemd.time(7))",
        "timestamp" => "Decir a qué momento se refiere un texto (systemd.time(7))",
        "completion" => "Imprimir el guion de autocompletado de un intérprete de órdenes",
        "complete" => "Decir qué palabras pueden seguir a lo escrito, como preguntan los guiones de autocompletado",
        "man" => "Imprimir una página de manual",
        _ => "",
    };

    public override string Option(string name) => name switch
    {
        "show-types" => "También los tipos de los sockets",
        "dependencies-reverse" => "En su lugar, quién las requiere y desea",
        "dependencies-after" => "En su lugar, tras qué van",
        "dependencies-before" => "En su lugar, ante qué van",
        "dependencies-all" => "Abrir todas las unidades, no solo los objetivos",
        "dependencies-plain" => "Una lista en vez de un árbol",
        "dependencies-full" => "No cortar los nombres largos",
        "units" => "Nombres de unidad; .service puede omitirse",
        "target" => "El objetivo",
        "default" => "El objetivo que se inicia",
        "tmpfiles-create" => "Crear lo que debe existir, y escribirlo y ajustarlo",
        "tmpfiles-clean" => "Eliminar lo que supera su edad",
        "tmpfiles-remove" => "Eliminar lo que está marcado para ello",
        "tmpfiles-boot" => "También las líneas que son solo para el arranque",
        "tmpfiles-prefix" => "Solo rutas que empiecen así",
        "tmpfiles-exclude" => "Ninguna ruta que empiece así",
        "tmpfiles-E" => "Ninguna ruta bajo /dev, /proc, /run y /sys",
        "config-root" => "Otra carpeta raíz",
        "config-files" => "Archivos, o - para la entrada estándar; sin ninguno, todos los instalados",
        "dry-run" => "Solo decir lo que se haría",
        "sysusers-inline" => "Los argumentos son líneas, no ficheros",
        "quiet" => "No decir nada en la salida estándar",
        "run-pty" => "Ejecutarla en una terminal nueva, y esperar",
        "run-shell" => "Ejecutar un shell como servicio, aquí",
        "run-slice-inherit" => "Dentro de la slice de esta orden",
        "run-path-property" => "Un ajuste de la unidad path que la inicia (CLAVE=VALOR)",
        "run-socket-property" => "Un ajuste de la unidad socket que la inicia (CLAVE=VALOR)",
        "run-on-timezone-change" => "Iniciarla cuando cambie la zona horaria",
        "run-on-clock-change" => "Iniciarla cuando se ponga en hora el reloj",
        "run-command" => "La orden y sus argumentos",
        "run-unit" => "Nombre de la unidad",
        "run-description" => "Su descripción",
        "run-slice" => "La slice en la que ponerla",
        "run-property" => "Un ajuste de la unidad, como lo diría su fichero (CLAVE=VALOR)",
        "run-uid" => "Usuario con el que ejecutar",
        "run-gid" => "Grupo con el que ejecutar",
        "run-nice" => "Nivel de nice",
        "run-working-directory" => "Carpeta en la que ejecutar",
        "run-setenv" => "Una variable de su entorno (NOMBRE=VALOR)",
        "run-service-type" => "Cómo indica que está lista (Type=)",
        "run-on-active" => "Iniciarla cuando pase este tiempo",
        "run-on-boot" => "Iniciarla este tiempo después de arrancar la máquina",
        "run-on-startup" => "Iniciarla este tiempo después de arrancar el gestor",
        "run-on-unit-active" => "Iniciarla este tiempo después de estar activa por última vez",
        "run-on-unit-inactive" => "Iniciarla este tiempo después de estar inactiva por última vez",
        "run-on-calendar" => "Iniciarla en estos momentos (systemd.time(7))",
        "run-timer-property" => "Un ajuste del temporizador (CLAVE=VALOR)",
        "run-remain-after-exit" => "Mantenerla activa cuando la orden haya acabado",
        "run-scope" => "Ejecutar la orden aquí, como scope",
        "run-wait" => "Esperar a que la orden acabe",
        "run-pipe" => "Pasar la entrada y las salidas estándar, y esperar",
        "run-collect" => "Olvidar la unidad también si falla",
        "run-same-dir" => "Ejecutar en esta carpeta",
        "run-no-block" => "No esperar a que se inicie",
        "run-quiet" => "No decir qué se ha iniciado",
        "run-send-sighup" => "Enviar SIGHUP tras SIGTERM",
        "no-block" => "No esperar a que acabe el trabajo",
        "job-mode" => "Qué hacer con los trabajos ya en cola: replace, fail, isolate, ignore-dependencies...",
        "now" => "Además, iniciar o detener",
        "runtime" => "Solo hasta el próximo arranque",
        "force" => "Sustituir los enlaces que estorben",
        "all" => "También las unidades inactivas",
        "state" => "Solo unidades en estos estados (separados por comas)",
        "type" => "Solo unidades de estos tipos (separados por comas)",
        "failed" => "Solo unidades que han fallado",
        "no-legend" => "Sin cabecera ni pie",
        "output" => "text o json",
        "property" => "Solo estas propiedades (separadas por comas)",
        "value" => "Valores sin nombres",
        "signal" => "Nombre o número de la señal",
        "whom" => "Los procesos: main, control o all",
        "lines" => "Cuántas líneas de registro",
        "follow" => "Mostrar las líneas nuevas según llegan",
        "once" => "Mostrar la tabla una vez y terminar",
        "interval" => "Segundos entre dos miradas",
        "iterations" => "Cuántas veces se muestran",
        "base-time" => "A partir de cuándo; ahora si no se dice",
        "only-unit" => "Solo los de estas unidades (nombres o patrones)",
        "tcp" => "Solo TCP",
        "udp" => "Solo UDP",
        "ipv4" => "Lo que lleva o admite IPv4",
        "ipv6" => "Lo que lleva o admite IPv6",
        "port" => "Solo estos puertos, de cualquiera de los extremos",
        "pid" => "Solo lo que tienen estos procesos",
        "listening" => "Solo los TCP a la escucha y los UDP sin conectar; con --state, unos y otros",
        "socket-state" => "Solo estos estados, por cualquiera de sus nombres; o una fase: establecer, transmitir, finalizar. Con --listening, unos y otros",
        "peer" => "Solo conexiones con este otro extremo",
        "scope" => "Solo lo abierto hasta aquí: local, intranet, internet",
        "class" => "Solo puertos locales de esta clase: sistema, usuario, dinámico",
        "why-port" => "PUERTO, nombre de servicio, DIRECCIÓN:PUERTO o [DIRECCIÓN]:PUERTO",
        "why-udp" => "El puerto UDP; si no, el de TCP",
        "why-try" => "Además, probar a tomarlo con un socket que se cierra enseguida",
        "explain-what" => "close-wait, establecer, 22, ssh, 10.0.0.1, 10.0.0.1:5001-10.0.0.2:80, sistema...",
        "netns" => "Mirar en otros espacios de nombres de red: all, un nombre, o el pid de un proceso de dentro",
        "count" => "Terminar después de tantos cambios",
        "time-limit" => "Terminar pasado este tiempo, como 30s o 5min",
        "trace-source" => "Cómo se ven los cambios: perf, destroy o poll; sin esto, lo mejor que se permita",
        "trace-interval" => "Tiempo entre dos listados, donde hacen falta, como 250ms",
        "connect-target" => "HOST:PUERTO, [DIRECCIÓN]:PUERTO, un puerto de esta máquina, una ruta, @NOMBRE, o una unidad que tenga un socket",
        "connect-udp" => "Datagramas: UDP, o un socket Unix de datagramas",
        "connect-ipv4" => "Solo IPv4",
        "connect-ipv6" => "Solo IPv6",
        "connect-duration" => "Terminar pasado este tiempo, pase lo que pase, como 30s o 5min: conectar también cuenta",
        "connect-timeout" => "Espera máxima para la conexión, y para que hable alguno de los dos lados",
        "connect-hold" => "No enviar nada y mantener abierta la conexión",
        "connect-count" => "Hacer tantas conexiones, cada una de las cuales envía la entrada estándar, y decir sus tiempos",
        "connect-concurrency" => "Cuántas a la vez",
        "connect-verbose" => "Decir los dos extremos de la conexión, con la clase de cada puerto",
        "connect-states" => "Decir además cada estado TCP, de los dos extremos si ambos están en esta máquina",
        "serve-udp" => "Escuchar datagramas",
        "serve-slow" => "Retener cada respuesta este tiempo",
        "serve-dedicated" => "Un cliente cada vez; los demás esperan en la cola",
        "serve-once" => "Servir a un cliente y acabar",
        "forward-target" => "Adónde: syslog://, syslog+tcp://, syslog+tls://, syslog+unix:RUTA, syslog+unix-stream:RUTA, tcp://, tls://, http://, https://, otlp://, otlps://",
        "forward-matches" => "Solo de estas unidades, o con estos CAMPO=VALOR",
        "forward-cursor-file" => "Empezar tras la entrada que nombra el fichero, y nombrar en él la última que tiene el otro lado",
        "forward-once" => "Enviar lo que hay ahora y terminar",
        "forward-format" => "Cómo se escriben los mensajes de syslog; sin ella, RFC 5424, o RFC 3164 si es un socket Unix",
        "forward-header" => "Una cabecera de cada petición HTTP; puede darse varias veces",
        "forward-header-file" => "Cabeceras de cada petición HTTP, una por línea, como las de un testigo; se lee de nuevo en cada petición",
        "forward-gzip" => "Comprimir lo que va por HTTP",
        "forward-timeout" => "Espera máxima por lote; sin ella, 30s",
        "forward-batch" => "Entradas por lote como mucho; sin ella, 1000",
        "forward-tries" => "Rendirse tras tantos fallos seguidos; sin ella nunca, o con --once tras 5",
        "import-files" => "inetd.conf, xinetd.conf o ficheros de xinetd.d",
        "import-output" => "Carpeta en que escribir los ficheros de unidad; sin ella se muestran",
        "import-force" => "Reemplazar los ficheros de unidad que existan",
        "import-all" => "También los servicios desactivados",
        "address" => "Dirección y puerto en que escuchar",
        _ => "",
    };

    public override string Usage => "Uso:";
    public override string VerbWord => "VERBO";
    public override string OptionsWord => "opciones";
    public override string Verbs => "Verbos:";
    public override string OptionsTitle => "Opciones:";
    public override string HelpOption => "Mostrar esta ayuda";
    public override string VersionOption => "Mostrar la versión";
    public override string Unknown(string word) => $"palabra desconocida '{word}'";
    public override string DidYouMean(string word) => $" (¿quería decir '{word}'?)";
    public override string MissingArgument(string verb) => $"{verb} pide el nombre de una unidad";
    public override string MissingWord(string verb, string what) => $"{verb} pide {what}";
    public override string SeeHelp(string verb) => $"Pruebe 'sereno{verb} --help'.";
    public override string NotRunning(string path, string command) => $"no se puede contactar con el gestor en {path}: ahí no se ejecuta ninguna instancia (iníciela con '{command}')";

    public override string FailedJob(string verb, string unit, string error) => verb switch
    {
        "start" => $"No se pudo iniciar {unit}: {error}",
        "stop" => $"No se pudo detener {unit}: {error}",
        "restart" => $"No se pudo reiniciar {unit}: {error}",
        "reload" => $"No se pudo recargar {unit}: {error}",
        _ => $"Falló {verb} de {unit}: {error}",
    };

    public override string JobFailed(string unit, string reason) => $"El trabajo de {unit} {reason}";

    public override string JobReason(string result, string serviceResult) => (result, serviceResult) switch
    {
        ("canceled", _) => "fue cancelado.",
        ("timeout", _) => "agotó su tiempo.",
        ("dependency", _) => "falló: falló un trabajo del que depende.",
        ("invalid", _) => "no es válido: la unidad no está activa.",
        ("skipped", _) => "se omitió.",
        ("assert", _) => "falló: no se cumple una aserción.",
        ("unsupported", _) => "falló: las unidades de este tipo no se admiten.",
        (_, "resources") => "falló por falta de recursos u otro error del sistema.",
        (_, "protocol") => "falló porque el servicio no dio los pasos que pide su configuración.",
        (_, "timeout") => "falló porque se agotó un tiempo.",
        (_, "exit-code") => "falló porque el proceso de control terminó con un código de error.",
        (_, "signal") => "falló porque una señal mató al proceso de control.",
        (_, "core-dump") => "falló porque una señal mató al proceso de control, que dejó un volcado.",
        (_, "watchdog") => "falló porque el servicio dejó de dar señales de vida.",
        (_, "start-limit-hit") => "falló porque el servicio se inició demasiadas veces.",
        _ => "falló.",
    };

    public override string SeeStatus(string unit) => $"Vea \"sereno status {unit}\" y \"sereno logs {unit}\" para más detalles.";
    public override string ReloadNeeded(string unit) => $"Aviso: un fichero de {unit} ha cambiado en el disco. Ejecute 'sereno daemon-reload' para volver a leerlo.";
    public override string StartOfPattern => """
        Aviso: sereno start con un patrón.
        Los patrones se expanden a unidades cargadas, así que start no suele tener efecto.
        Con --all también se inician las inactivas que cargaron otras unidades.
        """;

    public override string StillTriggered(string unit, IReadOnlyList<string> triggers) => $"Aviso: se detiene {unit}, pero aún la pueden activar:\n  {string.Join("\n  ", triggers)}";

    public override string CatIsNewer(string unit) => $"""
        # Aviso: {unit} ha cambiado en el disco; la versión que tiene cargada sereno es anterior.
        # Aquí se ven el fichero y los añadidos de la unidad como están ahora.
        # Si se han añadido o quitado ficheros, esto no lo refleja bien.
        # Ejecute 'sereno daemon-reload' para volver a leerlas.
        """;

    public override string TimeLabel(string name) => name switch
    {
        "Original form:" => "Forma original:",
        "Normalized form:" => "Forma normalizada:",
        "Next elapse:" => "Próxima vez:",
        "(in UTC):" => "(en UTC):",
        "From now:" => "Desde ahora:",
        "Original:" => "Original:",
        "Human:" => "Legible:",
        "UNIX seconds:" => "Segundos UNIX:",
        "never" => "nunca",
        _ => name.Replace("Iter.", "Vez", StringComparison.Ordinal),
    };

    public override string CannotReadTime(string kind, string text, bool outOfRange) => kind switch
    {
        "calendar" => $"'{text}' no es un evento de calendario",
        "timespan" => $"'{text}' no es un lapso de tiempo",
        "--base-time" => $"--base-time= no puede ser {text}",
        _ => $"\"{text}\" no es un momento",
    } + (outOfRange ? ": fuera de rango" : ": no se entiende");

    public override string NoNextElapse(string text, bool isLost) => $"No se puede saber cuándo llega '{text}': {(isLost ? "no se encuentra un final" : "no se entiende")}";

    public override string? Relative(ulong time, ulong now) => SpanishTimes.Relative(time, now);
    public override string UnitNotFound(string unit) => $"No se encontró la unidad {unit}.";

    public override string Field(string name) => name switch
    {
        "Loaded" => "Cargada",
        "Active" => "Activa",
        "Process" => "Proceso",
        "Main PID" => "PID princ.",
        "Status" => "Estado",
        "Tasks" => "Tareas",
        "Memory" => "Memoria",
        "Processes" => "Procesos",
        "Conns" => "Conex.",
        "Drop-In" => "Añadidos",
        "Guarantee" => "Garantía",
        "Listen" => "Escucha",
        "Accepted" => "Aceptados",
        "Connected" => "Conectados",
        "Refused" => "Rechazados",
        "Server" => "Servidor",
        "Scope" => "Alcance",
        "Clients" => "Clientes",
        "Limit" => "Límite",
        "Reason" => "Motivo",
        "Result" => "Resultado",
        _ => name,
    };

    public override string Ago(string span) => $"hace {SpanishTimes.Words(span)}";
    public override string Since => "desde";
    public override string InAndOut(string incoming, string outgoing) => $"{incoming} entrantes, {outgoing} salientes";
    public override string ReadAndWritten(string read, string written) => $"{read} leídos, {written} escritos";

    public override string Limit(string kind) => kind switch
    {
        "min" => "mín.",
        "low" => "bajo",
        "high" => "alto",
        "max" => "máx.",
        "swap max" => "swap máx.",
        "limit" => "límite",
        "available" => "disponible",
        _ => kind,
    };
    public override string UnitsListed(int count) => $"{count} unidades cargadas.";

    public override string LoadLegend => """
        LOAD   = Si la definición de la unidad se cargó bien.
        ACTIVE = El estado general de activación; resume SUB.
        SUB    = El estado detallado; depende del tipo de unidad.
        """;

    public override string UnitFilesListed(int count) => $"{count} ficheros de unidad.";
    public override string PassAll => "Con --all se ven también los cargados que están inactivos.";
    public override string TimersListed(int count) => $"{count} {(count == 1 ? "temporizador" : "temporizadores")}.";
    public override string Listed(string verb, int count) => $"{count} {(verb == "list-sockets" ? "sockets" : "rutas")}.";
    public override string PassAllTo(string verb) => PassAll;
    public override string KnownTypes => "Tipos de unidad:";
    public override string UnknownType(string word) => $"'{word}' no es un tipo de unidad ni un estado de carga.\nCon -t help se ven los posibles.";
    public override string Problem(string message) => SpanishProblems.Of(message);
    public override string ShortMonth(int month) => s_months[month - 1];
    private static readonly string[] s_months = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
    public override string JobsListed(int count) => $"{count} trabajos.";
    public override string NoJobs => "No hay trabajos en curso.";

    public override string Column(string name) => name switch
    {
        "UNIT" => "UNIDAD",
        "LISTEN" => "ESCUCHA",
        "TYPE" => "TIPO",
        "PATH" => "RUTA",
        "CONDITION" => "CONDICIÓN",
        "STATE" => "ESTADO",
        "NEXT" => "PRÓXIMA",
        "LEFT" => "FALTAN",
        "LAST" => "ÚLTIMA",
        "PASSED" => "HACE",
        "ACTIVATES" => "ACTIVA",
        "PORTS" => "PUERTOS",
        "PROCESS" => "PROCESO",
        "ADDRESS" => "DIRECCIÓN",
        "PORT" => "PUERTO",
        "SERVICE" => "SERVICIO",
        "CLASS" => "CLASE",
        "PEER" => "OTRO EXTREMO",
        "PHASE" => "FASE",
        "TIME" => "HORA",
        "DURATION" => "DURACIÓN",
        "SENT" => "ENVIADO",
        "RECEIVED" => "RECIBIDO",
        "QUEUE" => "COLA",
        "SCOPE" => "ÁMBITO",
        "CONNECTIONS" => "CONEXIONES",
        "RESTARTS" => "REINICIOS",
        "UNIT FILE" => "FICHERO DE UNIDAD",
        "JOB" => "TRABAJO",
        "DIRECTIVE" => "DIRECTIVA",
        "HERE" => "AQUÍ",
        "WHERE" => "DÓNDE",
        "REASON" => "MOTIVO",
        "DESCRIPTION" => "DESCRIPCIÓN",
        _ => name,
    };

    public override string NoOutput(string what) => $"No hay {what}.";
    public override string ServeReady(string what, string address) => $"sirviendo {what} en {address}";
    public override string TmpfilesNeedsOperation => "diga qué hacer: --create, --clean o --remove";
    public override string InvalidAddress(string address) => $"--address pide DIRECCIÓN:PUERTO, como 127.0.0.1:8080, no '{address}'";

    public override string ServerMode(string mode) => mode switch
    {
        "dedicated" => "dedicado: un cliente cada vez, los demás esperan",
        "concurrent" => "concurrente: un proceso por cliente",
        _ => "el servicio tiene los sockets: un proceso para todos los clientes",
    };

    public override string Clients((uint Waiting, uint Room)? queue, (ulong InService, ulong Served, ulong Refused)? counts) => string.Join(", ",
        [.. queue is var (waiting, room) ? [$"{waiting} esperando (caben {room})"] : (string[])[], .. counts is var (now, served, refused) ? [$"{now} en servicio", $"{served} servidos", $"{refused} rechazados"] : (string[])[]]);

    public override string LimitHit(string unit, string units) => $"demasiadas veces en muy poco tiempo; cuando la causa esté resuelta: sereno reset-failed {units} && sereno start {unit}";
    public override string CannotListen(string address, string reason) => $"no se puede escuchar en {address}: {reason}";
    public override string ServicesListed(int count, int active) => $"{active} de {count} servicios activos";
    public override string MoreRows(int count) => $"... y {count} más";
    public override string WatchHint => "Ctrl-C para terminar";
    public override string TimeHint(string verb, string text) => $"Nota: esto es válido para \"sereno {verb} '{text}'\".";
    public override string AllowedValues(string values) => $"; puede ser {values}";

    public override string Placeholder(string name) => s_placeholders.Aggregate(name, (text, word) => text.Replace(word.English, word.Spanish, StringComparison.Ordinal));

    private static readonly (string English, string Spanish)[] s_placeholders =
    [
        ("UNIT", "UNIDAD"), ("STATE", "ESTADO"), ("PORT", "PUERTO"), ("TIME", "TIEMPO"), ("NAME", "NOMBRE"), ("ADDRESS", "DIRECCIÓN"), ("WHAT", "QUÉ"),
        ("arguments", "argumentos"), ("VERB", "VERBO"), ("WORD", "PALABRA"), ("TARGET", "DESTINO"), ("FILE", "FICHERO"), ("VALUE", "VALOR"), ("COMMAND", "ORDEN"), ("SIGNAL", "SEÑAL"), ("TYPE", "TIPO"),
    ];

    public override string Weekday(DayOfWeek day) => day switch
    {
        DayOfWeek.Monday => "lun",
        DayOfWeek.Tuesday => "mar",
        DayOfWeek.Wednesday => "mié",
        DayOfWeek.Thursday => "jue",
        DayOfWeek.Friday => "vie",
        DayOfWeek.Saturday => "sáb",
        _ => "dom",
    };

    public override string InvalidValue(string option, string value) => $"{option} no puede ser '{value}'";
    public override string FilterLine(int number) => $"Línea {number} del fichero del filtro:";

    public override string WrongFilter(FilterProblem problem, string word, string subject) => problem switch
    {
        FilterProblem.ExpectedCondition => "Aquí tiene que empezar una condición: src, dst, sport, dport, dev, fwmark, cgroup, autobound, not o (.",
        FilterProblem.ExpectedConnective => "Antes de esto termina una condición. Puede seguir: and, or, otra condición, o un ) para un ( anterior.",
        FilterProblem.ExpectedValue => $"A {subject} le falta aquí un valor.",
        FilterProblem.WrongRelation => subject is "src" or "dst" ? $"{subject} solo conoce =; para lo contrario, ponga \"not\" delante." : $"{subject} solo conoce = y !=.",
        FilterProblem.UnclosedParenthesis => "Este ( no tiene ). Los paréntesis van entre espacios.",
        FilterProblem.UnclosedBracket => "Este [ no tiene ].",
        FilterProblem.BadAddress => "Esto no es una dirección, ni un prefijo (10.0.0.0/8, [2001:db8::]:80), ni un host conocido.",
        FilterProblem.UnbracketedIPv6 => $"Una dirección IPv6 va entre corchetes: [{word}].",
        FilterProblem.UnknownPort => subject switch
        {
            "netlink" => "El puerto de un socket netlink es un número (casi siempre, un proceso) o kernel.",
            "vsock" => "Un puerto vsock es un número.",
            _ => $"{subject} no es un número de puerto ni un servicio de las tablas mostradas (-t, -u).",
        },
        FilterProblem.AmbiguousPort => $"{subject} es un puerto en TCP y otro en UDP: elija una tabla (-t, -u) o indique el número.",
        FilterProblem.UnknownProtocol => "No existe ese protocolo.",
        FilterProblem.UnknownDevice => "No existe esa interfaz.",
        FilterProblem.BadMark => "Una marca es un número, o número/máscara.",
        FilterProblem.UnknownCgroup => $"No existe ese cgroup{(subject.Length > 0 ? $" ({subject})" : "")}.",
        FilterProblem.UnknownState => "No existe ese estado. Los de TCP: established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, "
            + "last-ack, listening, closing; varios: all, connected, synchronized, bucket, big.",
        FilterProblem.NestedTooDeep => "Demasiados paréntesis y not anidados.",
        FilterProblem.LineTooLong => "Una línea de un fichero de filtro tiene como máximo 1022 bytes, con su final.",
        FilterProblem.InvalidLine => "Una línea no puede empezar con un byte cero.",
    };

    public override string JournalFull(string why) => $"no se puede escribir en el registro: {why}; los servicios esperan cuando se llenan sus tuberías, o pierden líneas donde LogFull=drop lo dice";

    public override string NoLog(string unit) => $"{unit} no tiene registro";
    public override string NoLogs(string folder) => $"no se puede leer {folder}: ninguna instancia ha escrito ahí";
    public override string InvalidName(string name) => $"{name} no es un nombre de unidad.";
    public override string InvalidSignal(string signal) => $"{signal} no es una señal.";
    public override string NoFiles(string unit) => $"No hay ficheros de {unit}.";
    public override string CheckSummary(int enforced, int emulated, int ignored) => $"{enforced} aplicadas, {emulated} emuladas, {ignored} ignoradas";

    public override string CheckReason(string reason) => reason switch
    {
        "unknown" => "desconocida",
        "unknown section" => "sección desconocida",
        "a section for other programs" => "sección de otros programas",
        _ => reason.StartsWith(Units.Model.Directive.InPart, StringComparison.Ordinal) ? "en parte: " + reason[Units.Model.Directive.InPart.Length..] : reason,
    };

    public override string Support(string level) => level switch
    {
        "Enforced" => "aplicada",
        "Emulated" => "emulada",
        "Ignored" => "ignorada",
        _ => level,
    };

    public override string Guarantee(bool hasCgroup, string path) => hasCgroup ? path : "ninguno: los procesos se encuentran por sesión e INVOCATION_ID";
}
