namespace Sereno.Texts;

/// <summary>What the options of logs do; what it says of the journal itself is in journalctl's words, in every language, since scripts look for them.</summary>
public abstract class LogsTexts
{
    /// <param name="name">Its long name.</param>
    public abstract string Option(string name);

    /// <summary>--namespace, of an instance: its services all write to the one journal.</summary>
    public abstract string NoNamespace(string name);
}
