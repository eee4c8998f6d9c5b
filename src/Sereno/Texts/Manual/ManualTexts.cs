namespace Sereno.Texts;

/// <summary>What manual pages say besides the help of each verb.</summary>
public abstract class ManualTexts
{
    public abstract string Title { get; }
    public abstract string Name { get; }
    public abstract string Synopsis { get; }
    public abstract string Description { get; }
    public abstract string Verbs { get; }
    public abstract string Options { get; }
    public abstract string OwnOptions { get; }
    public abstract string ExitStatus { get; }
    public abstract string Environment { get; }
    public abstract string Examples { get; }
    public abstract string SeeAlso { get; }
    public abstract string About { get; }
    public abstract IReadOnlyList<(string Code, string Meaning)> ExitCodes { get; }
    public abstract IReadOnlyList<(string Name, string Meaning)> Variables { get; }

    /// <summary>The arguments and options of man and complete.</summary>
    public abstract string PageOf { get; }
    public abstract string WriteTo { get; }
    public abstract string Words { get; }
}

internal sealed class EnglishManualTexts : ManualTexts
{
    public override string Title => "Sereno";
    public override string Name => "NAME";
    public override string Synopsis => "SYNOPSIS";
    public override string Description => "DESCRIPTION";
    public override string Verbs => "VERBS";
    public override string Options => "OPTIONS";
    public override string OwnOptions => "SERENO'S OWN OPTIONS";
    public override string ExitStatus => "EXIT STATUS";
    public override string Environment => "ENVIRONMENT";
    public override string Examples => "EXAMPLES";
    public override string SeeAlso => "SEE ALSO";
    public override string About => "Each verb has a page of its own: sereno-start(1), sereno-status(1) and so on. Verbs with systemctl's names do what systemctl(1) does, with its words and its exit codes.";

    public override IReadOnlyList<(string Code, string Meaning)> ExitCodes =>
    [
        ("0", "Success."), ("1", "Failure, or a question answered with no."), ("2", "A value that can't be."), ("3", "Of status and is-active: the unit is not active."),
        ("4", "Of status and is-active: there is no such unit; otherwise: not permitted."), ("5", "There is no such unit."), ("6", "The unit's file can't be used."),
    ];

    public override IReadOnlyList<(string Name, string Meaning)> Variables =>
    [
        ("SYSTEMD_UNIT_PATH", "Where unit files are looked for, as --unit-path."), ("LC_ALL, LC_MESSAGES, LANG", "The language; --lang goes before it."),
        ("TZ", "The time zone of what is shown."), ("NO_COLOR", "Set: no colours."), ("SYSTEMD_EDITOR, EDITOR, VISUAL", "What edit starts."),
    ];

    public override string PageOf => "The verb whose page is printed; sereno's own without one";
    public override string WriteTo => "Write all pages below this folder instead";
    public override string Words => "The words typed so far; the last one is completed";
}

internal sealed class SpanishManualTexts : ManualTexts
{
    public override string Title => "Sereno";
    public override string Name => "NOMBRE";
    public override string Synopsis => "SINOPSIS";
    public override string Description => "DESCRIPCIÓN";
    public override string Verbs => "VERBOS";
    public override string Options => "OPCIONES";
    public override string OwnOptions => "OPCIONES PROPIAS DE SERENO";
    public override string ExitStatus => "ESTADO DE SALIDA";
    public override string Environment => "ENTORNO";
    public override string Examples => "EJEMPLOS";
    public override string SeeAlso => "VÉASE TAMBIÉN";
    public override string About => "Cada verbo tiene su propia página: sereno-start(1), sereno-status(1), etcétera. Los verbos que se llaman como los de systemctl hacen lo que hace systemctl(1), con sus códigos de salida.";

    public override IReadOnlyList<(string Code, string Meaning)> ExitCodes =>
    [
        ("0", "Éxito."), ("1", "Fallo, o una pregunta cuya respuesta es no."), ("2", "Un valor imposible."), ("3", "De status e is-active: la unidad no está activa."),
        ("4", "De status e is-active: no existe tal unidad; en los demás: sin permiso."), ("5", "No existe tal unidad."), ("6", "El fichero de la unidad no sirve."),
    ];

    public override IReadOnlyList<(string Name, string Meaning)> Variables =>
    [
        ("SYSTEMD_UNIT_PATH", "Dónde se buscan los ficheros de unidad, como --unit-path."), ("LC_ALL, LC_MESSAGES, LANG", "El idioma; --lang va por delante."),
        ("TZ", "La zona horaria de lo que se muestra."), ("NO_COLOR", "Si existe: sin colores."), ("SYSTEMD_EDITOR, EDITOR, VISUAL", "Lo que abre edit."),
    ];

    public override string PageOf => "El verbo cuya página se imprime; sin él, la de sereno";
    public override string WriteTo => "Escribir todas las páginas bajo esta carpeta";
    public override string Words => "Las palabras escritas hasta ahora; se completa la última";
}
