namespace Sereno.Texts;

public sealed class SpanishImportTexts : ImportTexts
{
    public override string Problem(ImportProblem problem, string word) => problem switch
    {
        ImportProblem.Rpc => "los servicios RPC se registran en rpcbind, y las unidades socket no pueden",
        ImportProblem.Mux => "TCPMUX (RFC 1078) no tiene equivalente",
        ImportProblem.Sensor => "SENSOR no sirve a nadie: no tiene equivalente",
        ImportProblem.NoPort => $"no se conoce ningún puerto para '{word}': indíquelo como número",
        ImportProblem.BadProtocol => $"el protocolo '{word}' no se puede tener con unidades socket",
        ImportProblem.BadSocketType => $"un socket de tipo '{word}' no se puede tener con este protocolo",
        ImportProblem.FewFields => "un servicio tiene al menos siete campos: nombre, tipo, protocolo, wait, usuario, programa, su nombre",
        ImportProblem.BadUser => $"'{word}' no es nombre de usuario ni de grupo",
        ImportProblem.BadProgram => $"'{word}' no es la ruta absoluta de un programa",
        ImportProblem.BadAddress => $"'{word}' no es una dirección en que escuchar",
        ImportProblem.NamedAddress => $"'{word}' es un nombre: las unidades escuchan en direcciones numéricas",
        ImportProblem.NoInternal => $"el servicio interno '{word}' no tiene equivalente",
        ImportProblem.CannotKeepOut => $"no se puede dejar fuera a '{word}': las unidades conocen direcciones, no nombres",
        ImportProblem.BadAccess => $"'{word}' no es una dirección, ni una red, ni una máquina",
        ImportProblem.Missing => $"no dice {word}",
        ImportProblem.BadValue => $"'{word}' no es un valor para ello",
        ImportProblem.BadName => $"'{word}' no es nombre de servicio",
        ImportProblem.NoPeers => $"'{word}' no puede distinguir a los clientes de un socket Unix",
        ImportProblem.SamePlace => $"otra línea tiene ya la dirección: {word}",
        ImportProblem.LineTooLong => "la línea es demasiado larga",
        ImportProblem.NulByte => "la línea tiene un byte NUL",
        ImportProblem.Syntax => $"no se entiende: {word}",
        ImportProblem.CannotRead => $"no se puede leer {word}",
        ImportProblem.TooDeep => $"{word} se incluye a demasiada profundidad, o a sí mismo",
        ImportProblem.TooMuch => "el fichero es demasiado grande",
        ImportProblem.Rate => $"más de {word} inicios en un minuto paran el socket hasta que se inicie de nuevo; inetd descansa diez minutos",
        ImportProblem.Pause => $"un ritmo mayor para el socket hasta que se inicie de nuevo; xinetd descansa {word} s",
        ImportProblem.DatagramPerProcess => "no se puede tener un proceso para cada datagrama: un proceso recibe el socket, como con wait",
        ImportProblem.Unwrapped => $"{word} no está instalado: el programa se ejecuta sin él, y no se consultan hosts.allow ni hosts.deny",
        ImportProblem.NoEquivalent => $"{word} no tiene equivalente",
        ImportProblem.HostLeftOut => $"'{word}' no puede entrar: las unidades conocen direcciones, no nombres",
        ImportProblem.Environment => "los servicios reciben el entorno del gestor, no todo el de xinetd: véase PassEnvironment=",
        ImportProblem.UnknownAttribute => $"'{word}' no es un atributo de xinetd",
        ImportProblem.Disabled => $"{word} está desactivado (--all lo importa también)",
        ImportProblem.Wrapped => $"{word} se queda: consulta hosts.allow y hosts.deny como antes",
        ImportProblem.Logging => $"{word}: el registro de cada unidad tiene sus inicios, sus clientes y sus finales",
        ImportProblem.Renamed => $"esta máquina tiene una unidad {word}: la importada recibe otro nombre (--force toma su lugar)",
        ImportProblem.Replaces => $"esta máquina tiene una unidad {word}: la importada toma su lugar",
        _ => problem.ToString(),
    };

    public override string NotConverted => "no convertido";
    public override string Exists(string path) => $"{path} ya existe (--force lo reemplaza)";
    public override string NotWritten(string path) => $"{path} no se ha escrito: las dos van juntas";
    public override string Written(string path) => $"escrito {path}";
    public override string Summary(int services, int left) => $"{services} {(services == 1 ? "servicio convertido" : "servicios convertidos")}, {left} no";
    public override string NextSteps(string units) => $"Para usarlos: sereno daemon-reload, y después sereno enable --now {units} (antes hay que parar inetd: tiene los puertos)";
    public override string UnitComment(string source) => $"Importado de {source} por sereno import.";
    public override string Nothing => "no se encontró ningún servicio";
}
