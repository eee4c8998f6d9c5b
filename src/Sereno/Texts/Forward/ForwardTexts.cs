namespace Sereno.Texts;

/// <summary>What is said of entries that go to another machine.</summary>
public abstract class ForwardTexts
{
    public abstract string BadTarget(string text);
    public abstract string NoUser(string target);
    public abstract string BadCursor(string what);
    public abstract string BadHeader(string where);
    public abstract string CannotRead(string path, string cause);
    public abstract string Cannot(string target, string cause);
    public abstract string GoesOn(string target);
    public abstract string LeftOut(string entry, string cause);
    public abstract string OneEntry { get; }
    public abstract string BadField { get; }
    public abstract string Closed { get; }
    public abstract string NoAnswer { get; }
    public abstract string Status(string target);
}
