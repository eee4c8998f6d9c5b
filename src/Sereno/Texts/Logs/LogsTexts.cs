namespace Sereno.Texts;

/// <summary>What the options of logs do; what it says of the journal itself is in journalctl's words, since scripts look for them.</summary>
public abstract class LogsTexts
{
    /// <param name="name">Its long name.</param>
    public abstract string Option(string name);
}
