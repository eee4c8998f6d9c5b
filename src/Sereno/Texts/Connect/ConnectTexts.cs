namespace Sereno.Texts;

/// <summary>What connect and serve say.</summary>
public abstract class ConnectTexts
{
    public abstract string Cannot(string target, string cause);
    public abstract string NoTarget(string text);
    public abstract string NoZone(string zone);
    public abstract string NoHost(string host);
    public abstract string NoAddress(string host, bool ipv6);
    public abstract string TimedOut { get; }
    public abstract string Silent { get; }
    public abstract string Lost(string target, string cause);
    public abstract string NobodyListensHere(int port);
    public abstract string NobodyListensThere(int port);
    public abstract string NobodyListensAtPath { get; }
    public abstract string NobodyListensAtName { get; }
    public abstract string IsNoSocket { get; }
    public abstract string IsAddressOfPage(string scheme);
    public abstract string OneFamily { get; }
    public abstract string NoAnswer { get; }
    public abstract string NoWay { get; }
    public abstract string NoPortLeft { get; }
    public abstract string BacklogFull { get; }
    public abstract string NoSockets { get; }
    public abstract string HowToHost { get; }
    public abstract string NotListening(string unit);
    public abstract string HowToStart(string unit);
    public abstract string NothingToConnectTo(string unit);
    public abstract string NoStates { get; }
    public abstract string Connected(string target, string time);

    /// <summary>An end of a connection: its name in the seventeen columns before its address.</summary>
    public abstract string End(bool source);

    /// <param name="rate">Connections a second.</param>
    public abstract string Load(long done, long count, int concurrency, string time, string rate);
    public abstract string Held(int held, long count, string time);
    public abstract string HowToEnd { get; }
    public abstract string Bytes(long sent, long received);
    public abstract string Failed(long count, string name, string text);

    /// <summary>A row of the table of times: "connect", "first", "whole".</summary>
    public abstract string Row(string name);

    public abstract string NothingToServe { get; }
    public abstract string NotASocket(int fd);
    public abstract string NoDatagrams(string protocol);
    public abstract string HasIt(string holder);
    public abstract string PortNeedsRight(int first);
}
