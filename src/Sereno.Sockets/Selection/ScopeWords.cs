using Sereno.Sockets.Ports;
using Sereno.Sockets.Scope;

namespace Sereno.Sockets.Selection;

/// <summary>Scopes and port classes as people call them, in English and Spanish.</summary>
public static class ScopeWords
{
    public static AddressScope? ScopeOf(string word) => StateVocabulary.Letters(word) switch
    {
        "local" => AddressScope.Local,
        "intranet" => AddressScope.Intranet,
        "internet" => AddressScope.Internet,
        _ => null,
    };

    public static PortClass? ClassOf(string word) => StateVocabulary.Letters(word) switch
    {
        "system" or "sistema" or "wellknown" or "wkp" => PortClass.System,
        "user" or "usuario" or "registered" or "registrado" or "registrados" => PortClass.User,
        "dynamic" or "dinamico" or "dinamicos" or "ephemeral" or "efimero" or "efimeros" or "private" => PortClass.Dynamic,
        _ => null,
    };
}
