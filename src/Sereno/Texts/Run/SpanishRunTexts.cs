namespace Sereno.Texts;

public sealed class SpanishRunTexts : RunTexts
{
    public override string Conflict(RunConflict conflict) => conflict switch
    {
        RunConflict.NeedsCommand => "Falta la orden que ejecutar.",
        RunConflict.ShellHasNoCommand => "Con --shell no se espera ninguna orden.",
        RunConflict.ScopeIsNoService => "--remain-after-exit y --service-type= no valen con --scope.",
        RunConflict.StreamsNeedService => "--pty y --pipe no valen con temporizadores ni con --scope.",
        RunConflict.StreamsBlock => "--pty y --pipe no valen con --no-block.",
        RunConflict.ScopeHasNoTrigger => "Las opciones de path, socket o timer no valen con --scope.",
        RunConflict.OneTrigger => "Solo se puede crear un desencadenante (path, socket o timer) a la vez.",
        RunConflict.TimerWithoutTime => "--timer-property= no hace nada sin otra opción de temporizador.",
        RunConflict.WaitBlocks => "--wait no se puede combinar con --no-block.",
        RunConflict.WaitHasNoTrigger => "--wait no se puede combinar con path, socket ni timer.",
        RunConflict.WaitHasNoScope => "--wait no se puede combinar con --scope.",
    };

    public override string NotAnAssignment(string text) => $"No es una asignación: {text}";
    public override string UnknownAssignment(string text) => $"Asignación desconocida: {text}";
    public override string Unparsable(string key, string value, string? reason) => reason is null ? $"No se entiende {key}: {value}" : $"No se entiende {key}={value}: {reason}";
    public override string BadQuota(string value) => $"La cuota de CPU '{value}' no es válida.";
    public override string BadLimit(string value) => $"No se entiende el límite de recurso: {value}";
    public override string BadNice(string value) => $"No se entiende el nivel de nice: {value}";
    public override string BadCalendar => "No se entiende el evento de calendario: argumento no válido";
    public override string PastCalendar => "El evento de calendario ya ha pasado; se sigue adelante.";
    public override string NoExecutable(string name, string reason) => $"No se encontró el ejecutable {name}: {reason}";
    public override string BadName(string name) => $"No se puede hacer un nombre de unidad de {name}";
    public override string NotStarted(string kind, string reason) => $"No se pudo iniciar la unidad transitoria ({kind}): {reason}";
    public override string Running(string unit) => $"En marcha como unidad: {unit}";
    public override string RunningScope(string unit) => $"Scope en marcha como unidad: {unit}";
    public override string RunningTrigger(string kind, string unit) => $"En marcha ({kind}) como unidad: {unit}";
    public override string WillRun(string unit) => $"Ejecutará el servicio como unidad: {unit}";
    public override string HowToDisconnect => "Pulse ^] tres veces en 1 s para soltar la terminal.";
    public override string Result(string result) => $"Acabó con el resultado: {result}";
    public override string MainEnded(string code, string status) => $"Los procesos principales acabaron con: code={code}/status={status}";
    public override string Runtime(string span) => $"Duración del servicio: {span}";
    public override string CpuTime(string span) => $"Tiempo de CPU consumido: {span}";

    public override string Cannot(RunStep step, string what, string reason) => step switch
    {
        RunStep.Nice => $"No se pudo fijar el nivel de nice: {reason}",
        RunStep.FindGroup => $"No se encontró el grupo {what}: {reason}",
        RunStep.ChangeGroup => $"No se pudo cambiar al GID {what}: {reason}",
        RunStep.FindUser => $"No se encontró el usuario {what}: {reason}",
        RunStep.ChangeUser => $"No se pudo cambiar al UID {what}: {reason}",
        RunStep.ChangeFolder => $"No se pudo cambiar a la carpeta '{what}': {reason}",
        RunStep.Execute => $"No se pudo ejecutar: {reason}",
    };
}
