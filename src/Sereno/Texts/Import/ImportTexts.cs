namespace Sereno.Texts;

/// <summary>What an importer of inetd's and xinetd's files has to say of a line.</summary>
public enum ImportProblem
{
    // The service has no unit.
    Rpc, Mux, Sensor, NoPort, BadProtocol, BadSocketType, FewFields, BadUser, BadProgram, BadAddress, NamedAddress, NoInternal, CannotKeepOut, BadAccess, Missing, BadValue, BadName, NoPeers, SamePlace,

    // Of the file.
    LineTooLong, NulByte, Syntax, CannotRead, TooDeep, TooMuch, FirstPartly,

    // It has one that differs.
    Rate = FirstPartly, Pause, DatagramPerProcess, Unwrapped, NoEquivalent, HostLeftOut, Environment, UnknownAttribute,

    // Worth knowing.
    Disabled, Wrapped, Logging, Renamed, Replaces,
}

/// <summary>What import says.</summary>
public abstract class ImportTexts
{
    public abstract string Problem(ImportProblem problem, string word);
    public abstract string NotConverted { get; }
    public abstract string Exists(string path);
    public abstract string NotWritten(string path);
    public abstract string Written(string path);
    public abstract string Summary(int services, int left);
    public abstract string NextSteps(string units);
    public abstract string UnitComment(string source);
    public abstract string Nothing { get; }
}
