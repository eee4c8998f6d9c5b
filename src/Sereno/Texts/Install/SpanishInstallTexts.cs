using Sereno.Units.Install;

namespace Sereno.Texts;

internal sealed class SpanishInstallTexts : InstallTexts
{
    public override string Created(string link, string target) => $"Creado el enlace {link} → {target}.";
    public override string Removed(string link) => $"Eliminado «{link}».";
    protected override string Masked(string unit) => $"La unidad {unit} está enmascarada; no se toca.";
    protected override string MaskedByGenerator(string unit) => $"La unidad {unit} la enmascara un generador; no se puede desenmascarar.";
    protected override string Dangling(string unit) => $"La unidad {unit} es un alias de otra que no está; no se toca.";
    protected override string DestinationMissing(string unit, string destination) => $"La unidad {unit} pasa a ser dependencia de {destination}, que no existe.";
    protected override string AuxiliaryFailed(string unit) => $"No se pudo habilitar la unidad auxiliar {unit}; se sigue sin ella.";

    protected override string Failed(string verb, InstallChange failure)
    {
        var (path, source) = (failure.Path, failure.Source);
        return $"No se pudo hacer {verb}: " + failure.Error switch
        {
            InstallError.EEXIST when source is not null => $"el fichero «{path}» ya existe y es un enlace a «{source}».",
            InstallError.EEXIST => $"el fichero «{path}» ya existe.",
            InstallError.ERFKILL => $"la unidad {path} está enmascarada.",
            InstallError.EADDRNOTAVAIL => $"la unidad {path} es transitoria o generada.",
            InstallError.ETXTBSY => $"el fichero {path} ya está en la jerarquía de unidades.",
            InstallError.EBADSLT => $"especificador no válido en «{path}».",
            InstallError.EIDRM => $"{source} es una plantilla y {path} no.",
            InstallError.EUCLEAN => $"«{path}» no es un nombre de unidad válido.",
            InstallError.ELOOP => $"{path} es un fichero de unidad enlazado, con el que no se opera.",
            InstallError.EXDEV when source is not null => $"{source} no puede tener el alias {path}.",
            InstallError.EXDEV => $"referencia a unidad no válida: «{path}».",
            InstallError.ENOENT => $"la unidad {path} no existe.",
            InstallError.EUNATCH => $"no se pueden resolver los especificadores de «{path}».",
            var error => $"fichero «{path}»: {error.Words()}",
        };
    }

    public override string FailedWholly(string verb, string reason) => $"No se pudo hacer {verb}: {reason}.";
    public override string FailedOnBus(string verb, string reason) => $"No se pudo hacer {verb} con la unidad: {reason}";

    public override string NothingToInstall =>
        """
        Los ficheros de unidad no dicen cómo instalarse (WantedBy=, RequiredBy=, Also=
        o Alias= en la sección [Install], y DefaultInstance= en las plantillas).
        Es decir, no están hechos para habilitarse.
         
        Puede haber varias razones:
        • La unidad está siempre habilitada, por un enlace en la carpeta .wants/ o
          .requires/ de otra.
        • La unidad ayuda a otra que la requiere.
        • La unidad se inicia cuando hace falta (socket, path, timer, D-Bus, udev,
          un guion...).
        • La unidad es una plantilla y se habilita con el nombre de una instancia.
        """;

    public override string PathTakenAsName => "Aviso: disable no admite rutas; se toma el nombre de la unidad.";
    public override string LinkNeedsPath(string name) => $"El argumento de link debe llevar al menos una barra.\nPara enlazar un fichero de la carpeta actual, pruebe con ./{name}.";
    public override string NotAbsolute(string name) => $"Con --root las rutas deben ser absolutas: {name}";
    public override string NoSuchState(string unit, string reason) => $"No se pudo saber el estado del fichero de {unit}: {reason}";
    public override string NoDefault(string reason) => $"No se pudo saber el objetivo por omisión: {reason}";
    public override string OtherDefault(string target) => $"Nota: la unidad por omisión es «{target}» (quizá solo hasta el próximo arranque).";
    public override string NoSearchPath(string root, string reason) => $"No se pudieron reunir las carpetas de unidades de la raíz {root}: {reason}";
    public override string NoFileState(string reason) => $"No se pudo consultar el estado del fichero: {reason}";

    public override string Escaped(string name, string escaped, bool suggest) =>
        $"El nombre «{name}» no es válido; se toma como «{escaped}»{(suggest ? " (systemd-escape puede ayudar)" : "")}.";

    public override string NoGlobs(string operation) => "Aquí no se admiten patrones.";
    public override string BadName(string name, string reason) => $"Nombre de unidad o ruta no válidos: «{name}»: {reason}";
    public override string MissingButProceeding(string unit) => $"La unidad {unit} no existe; se sigue de todos modos.";
    public override string SysVRedirected(string unit) => $"{unit} no tiene unidad propia; se pasa a systemd-sysv-install.";
    public override string SysVSynchronized(string unit, string program) => $"Se sincroniza {unit} con su guion de SysV mediante {program}.";
    public override string Executing(string command) => $"Se ejecuta: {command}";

    public override string EditNeedsTerminal => "No se pueden editar unidades fuera de una terminal.";
    public override string EditNoMatch => "Ninguna unidad coincide con los patrones.";
    public override string EditMasked(string unit) => $"No se puede editar {unit}: la unidad está enmascarada.";
    public override string EditHint(string options, string unit) => $"Ejecute 'sereno edit{options} --force --full {unit}' para crear una unidad nueva.";
    public override string EditOverridden(string file, string other) => $"No se crea \"{file}\": \"{other}\" tendría precedencia.";
    public override string EditOverwrite(string file, string other) => $"\"{file}\" ya existe. ¿Sobrescribir con \"{other}\"? [(y) sí, (n) no] ";
    public override string EditSkipped(string unit) => $"{unit} se deja como está.";
    public override string EditNoEditor => "No hay ningún editor. Defina $SYSTEMD_EDITOR, $EDITOR o $VISUAL.";
    public override string EditorFailed(int status) => $"El editor terminó con el código {status}.";
    public override string EditCanceled(string file) => $"Edición de \"{file}\" cancelada: el fichero temporal está vacío.";
    public override string EditCannotRead(string file, string reason) => $"No se puede leer \"{file}\": {reason}";
    public override string EditCannotReadTemporary(string file, string reason) => $"No se puede leer el fichero temporal \"{file}\": {reason}";
    public override string EditCannotWrite(string file, string reason) => $"No se puede escribir \"{file}\": {reason}";

    public override string Option(string name) => name switch
    {
        "edit-full" => "El fichero entero en vez de un añadido",
        "edit-force" => "También una unidad que aún no existe",
        "drop-in" => "Cómo se llama el añadido",
        "root" => "Trabajar con los ficheros de unidad que hay bajo esta carpeta, sin gestor",
        "global" => "Para las instancias de todas las cuentas",
        "user" => "Para la instancia de esta cuenta",
        "system" => "Para la instancia de la máquina",
        "no-reload" => "No pedir al gestor que relea los ficheros de unidad",
        "full" => "El fichero entero; con is-enabled, también los enlaces",
        "preset-mode" => "Si la preselección habilita, deshabilita o ambas cosas",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
