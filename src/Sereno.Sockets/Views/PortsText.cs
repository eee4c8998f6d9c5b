using Sereno.Sockets.Ports;

namespace Sereno.Sockets.Views;

/// <summary>What a person reads in the table of ports. States, scopes and service names are the same in every language.</summary>
public sealed record PortsText
{
    /// <summary>unit, process, protocol, address, port, service, class, scope, connections.</summary>
    public required IReadOnlyList<string> Headings { get; init; }

    public required string Hidden { get; init; }
    public required string Elsewhere { get; init; }
    public required IReadOnlyList<string> Classes { get; init; }
    public required string NoPorts { get; init; }

    /// <summary>{0} and {1}: first and last port.</summary>
    public required string EphemeralRange { get; init; }

    /// <summary>{0}: how many processes.</summary>
    public required string HiddenNote { get; init; }

    public required string InconsistentNote { get; init; }

    /// <summary>{0}: what was asked for.</summary>
    public required string NoNamespace { get; init; }

    /// <summary>{0}: the namespace's name.</summary>
    public required string ForbiddenNamespace { get; init; }

    /// <summary>{0}: how many processes.</summary>
    public required string HiddenNamespaces { get; init; }

    public string Of(PortClass portClass) => Classes[(int)portClass];

    public static PortsText En { get; } = new()
    {
        Headings = ["UNIT", "PROCESS", "PROTO", "ADDRESS", "PORT", "SERVICE", "CLASS", "SCOPE", "CONNECTIONS"],
        Hidden = "(hidden)",
        Elsewhere = "(not here)",
        Classes = ["system", "user", "dynamic"],
        NoPorts = "No listening ports.",
        EphemeralRange = "Ports {0}-{1} are given to sockets that ask for none.",
        HiddenNote = "owner hidden: needs CAP_SYS_PTRACE ({0} processes could not be read)",
        InconsistentNote = "sockets came and went during the listing: some may be missing",
        NoNamespace = "no network namespace {0}",
        ForbiddenNamespace = "cannot enter the network namespace {0}: needs CAP_SYS_ADMIN",
        HiddenNamespaces = "there may be more network namespaces: needs CAP_SYS_PTRACE (those of {0} processes could not be read)",
    };

    public static PortsText Es { get; } = new()
    {
        Headings = ["UNIDAD", "PROCESO", "PROTO", "DIRECCIÓN", "PUERTO", "SERVICIO", "CLASE", "ÁMBITO", "CONEXIONES"],
        Hidden = "(oculto)",
        Elsewhere = "(no está aquí)",
        Classes = ["sistema", "usuario", "dinámico"],
        NoPorts = "Ningún puerto a la escucha.",
        EphemeralRange = "Los puertos {0}-{1} se dan a los sockets que no piden ninguno.",
        HiddenNote = "dueño oculto: hace falta CAP_SYS_PTRACE (no se pudieron leer {0} procesos)",
        InconsistentNote = "hubo sockets que nacieron y murieron durante el listado: puede faltar alguno",
        NoNamespace = "no hay ningún espacio de nombres de red {0}",
        ForbiddenNamespace = "no se puede entrar en el espacio de nombres de red {0}: hace falta CAP_SYS_ADMIN",
        HiddenNamespaces = "puede haber más espacios de nombres de red: hace falta CAP_SYS_PTRACE (no se pudieron leer los de {0} procesos)",
    };

    /// <summary>By a language tag or locale ("es", "es_ES.UTF-8"); English for any other.</summary>
    public static PortsText For(string? language) => language?.StartsWith("es", StringComparison.OrdinalIgnoreCase) == true ? Es : En;
}
