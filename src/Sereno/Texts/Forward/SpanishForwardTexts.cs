namespace Sereno.Texts;

public sealed class SpanishForwardTexts : ForwardTexts
{
    public override string BadTarget(string text) => $"no se puede reenviar a '{text}': no es una dirección conocida; lo son syslog://HOST, syslog+tcp://HOST:PUERTO, syslog+unix:/dev/log, tcp://HOST:PUERTO, https://HOST/RUTA y otlp://HOST";
    public override string NoUser(string target) => $"no se puede reenviar a {target}: usuario y contraseña solo se pueden enviar por HTTP";
    public override string BadCursor(string what) => $"no se puede seguir desde '{what}': no es un cursor; borra el fichero para empezar por la primera entrada";
    public override string BadHeader(string where) => $"no se puede usar la cabecera de {where}: no es 'Nombre: valor'";
    public override string CannotRead(string path, string cause) => $"no se puede leer el diario en {path}: {cause}";
    public override string Cannot(string target, string cause) => $"no se puede reenviar a {target}: {cause}; lo que espera queda en el diario";
    public override string GoesOn(string target) => $"{target} vuelve a aceptar entradas";
    public override string LeftOut(string entry, string cause) => $"no se puede reenviar {entry}: {cause}; se omite";
    public override string OneEntry => "una entrada que va sola en su petición";
    public override string BadField => "no se puede escribir de esta forma";
    public override string Closed => "el otro lado ha cerrado la conexión";
    public override string NoAnswer => "no hubo respuesta a tiempo";
    public override string Status(string target) => $"Reenviando a {target}";
}
