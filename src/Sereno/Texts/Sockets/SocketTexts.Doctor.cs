using Sereno.Sockets.Diagnosis;

namespace Sereno.Texts;

public abstract partial class SocketTexts
{
    public abstract string SeverityWord(Severity severity);
    public abstract string InNamespace(string name);
    public abstract string Healthy(int sockets);

    /// <summary>What is wrong. <paramref name="end"/>: the local end of the socket; <paramref name="peer"/>: the other.</summary>
    public abstract string TroubleText(Trouble trouble, string end, string peer, string idle);

    /// <summary>What units declare can't be read.</summary>
    public abstract string NoScopes(string cause);

    /// <summary>What to do about it.</summary>
    public abstract string Remedy(Trouble trouble, bool mayTrace);
}
