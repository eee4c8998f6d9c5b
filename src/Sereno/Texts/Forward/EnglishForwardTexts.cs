namespace Sereno.Texts;

public sealed class EnglishForwardTexts : ForwardTexts
{
    public override string BadTarget(string text) => $"cannot forward to '{text}': it is no known address; such are syslog://HOST, syslog+tcp://HOST:PORT, syslog+unix:/dev/log, tcp://HOST:PORT, https://HOST/PATH and otlp://HOST";
    public override string NoUser(string target) => $"cannot forward to {target}: a user and a password can only be sent over HTTP";
    public override string BadCursor(string what) => $"cannot go on from '{what}': it is no cursor; delete the file to begin with the first entry";
    public override string BadHeader(string where) => $"cannot use the header of {where}: it is not 'Name: value'";
    public override string CannotRead(string path, string cause) => $"cannot read the journal in {path}: {cause}";
    public override string Cannot(string target, string cause) => $"cannot forward to {target}: {cause}; what waits stays in the journal";
    public override string GoesOn(string target) => $"{target} takes entries again";
    public override string LeftOut(string entry, string cause) => $"cannot forward {entry}: {cause}; it is left out";
    public override string OneEntry => "an entry that is alone in its request";
    public override string BadField => "it can't be written in this form";
    public override string Closed => "the other side has closed the connection";
    public override string NoAnswer => "no answer in time";
    public override string Status(string target) => $"Forwarding to {target}";
}
