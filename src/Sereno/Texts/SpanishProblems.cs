namespace Sereno.Texts;

/// <summary>What managers say, systemd's own words, in Spanish; what isn't known stays as it is.</summary>
internal static class SpanishProblems
{
    private static readonly (string English, string Spanish)[] s_known =
    [
        ("Unit {0} not found.", "No se encontró la unidad {0}."),
        ("Unit {0} could not be found.", "No se encontró la unidad {0}."),
        ("Unit {0} is masked.", "La unidad {0} está enmascarada."),
        ("Unit {0} not loaded.", "La unidad {0} no está cargada."),
        ("Unit {0} has a bad unit file setting.", "El fichero de la unidad {0} tiene un ajuste erróneo."),
        ("Unit {0} failed to load properly, please adjust/correct and reload service manager: {1}", "La unidad {0} no se pudo cargar bien; corríjala y recargue el gestor: {1}"),
        ("Unit {0} was already loaded or has a fragment file.", "La unidad {0} ya está cargada o tiene un fichero."),
        ("Unit name {0} is missing the instance name.", "Al nombre {0} le falta la instancia."),
        ("Unit name {0} is not valid.", "{0} no es un nombre de unidad válido."),
        ("Invalid unit name '{0}'.", "'{0}' no es un nombre de unidad válido."),
        ("Access to {0}() not permitted.", "No se permite el acceso a {0}()."),
        ("Transaction order is cyclic. See system logs for details.", "El orden de la transacción es circular; los detalles están en los registros."),
        ("Refusing activation, because the manager is shutting down.", "No se activa nada: el gestor se está deteniendo."),
        ("Operation refused, unit may not be isolated.", "Rechazado: la unidad no admite isolate."),
        ("Operation refused, unit {0} may be requested by dependency only (it is configured to refuse manual start/stop).", "Rechazado: la unidad {0} solo se inicia o detiene por dependencia."),
        ("Job type {0} is not applicable for unit {1}.", "La unidad {1} no admite trabajos {0}."),
        ("Transaction for {0} is destructive ({1}).", "La transacción de {0} es destructiva ({1})."),
        ("No such file or directory", "No existe el fichero o la carpeta"),
        ("Permission denied", "Permiso denegado"),
        ("{0} was not answered", "{0} no tuvo respuesta"),
        ("the connection is closed: {0}", "la conexión está cerrada: {0}"),
    ];

    private static readonly string[] s_holes = ["{0}", "{1}"];

    public static string Of(string message)
    {
        foreach (var (english, spanish) in s_known)
            if (Match(english, message) is { } values)
                return string.Format(null, spanish, [.. values]);
        return message;
    }

    /// <summary>What stands where the pattern has its holes, which come in order; null for another message.</summary>
    private static List<string>? Match(string pattern, string message)
    {
        var values = new List<string>();
        string[] parts = pattern.Split(s_holes, StringSplitOptions.None);
        if (!message.StartsWith(parts[0], StringComparison.Ordinal))
            return null;
        int at = parts[0].Length;
        for (int i = 1; i < parts.Length; i++)
        {
            int end = i == parts.Length - 1 ? message.Length - parts[i].Length : message.IndexOf(parts[i], at, StringComparison.Ordinal);
            if (end < at || string.CompareOrdinal(message, end, parts[i], 0, parts[i].Length) != 0)
                return null;
            values.Add(message[at..end]);
            at = end + parts[i].Length;
        }
        return at == message.Length ? values : null;
    }
}
