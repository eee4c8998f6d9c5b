namespace Sereno.Bus;

/// <summary>Error names: those of the D-Bus specification, and systemd's own that systemctl turns into exit codes.</summary>
public static class BusErrors
{
    private const string DBus = "org.freedesktop.DBus.Error.", Systemd = "org.freedesktop.systemd1.";

    public const string Failed = DBus + "Failed";
    public const string AccessDenied = DBus + "AccessDenied";
    public const string InvalidArgs = DBus + "InvalidArgs";
    public const string NotReferenced = "org.freedesktop.systemd1.NotReferenced";
    public const string NotSupported = DBus + "NotSupported";
    public const string NoReply = DBus + "NoReply";
    public const string Disconnected = DBus + "Disconnected";
    public const string Timeout = DBus + "Timeout";
    public const string FileNotFound = DBus + "FileNotFound";
    public const string UnknownMethod = DBus + "UnknownMethod";
    public const string UnknownObject = DBus + "UnknownObject";
    public const string UnknownInterface = DBus + "UnknownInterface";
    public const string UnknownProperty = DBus + "UnknownProperty";
    public const string PropertyReadOnly = DBus + "PropertyReadOnly";

    public const string NoSuchUnit = Systemd + "NoSuchUnit";
    public const string NoUnitForPid = Systemd + "NoUnitForPID";
    public const string UnitExists = Systemd + "UnitExists";
    public const string LoadFailed = Systemd + "LoadFailed";
    public const string BadUnitSetting = Systemd + "BadUnitSetting";
    public const string UnitMasked = Systemd + "UnitMasked";
    public const string JobTypeNotApplicable = Systemd + "JobTypeNotApplicable";
    public const string NoIsolation = Systemd + "NoIsolation";
    public const string OnlyByDependency = Systemd + "OnlyByDependency";
    public const string TransactionIsDestructive = Systemd + "TransactionIsDestructive";
    public const string TransactionJobsConflicting = Systemd + "TransactionJobsConflicting";
    public const string TransactionOrderIsCyclic = Systemd + "TransactionOrderIsCyclic";
    public const string NoSuchJob = Systemd + "NoSuchJob";
    public const string NoSuchProcess = Systemd + "NoSuchProcess";
    public const string ShuttingDown = Systemd + "ShuttingDown";
    public const string UnitGenerated = Systemd + "UnitGenerated";
    public const string UnitBadPath = Systemd + "UnitBadPath";
    public const string UnitLinked = Systemd + "UnitLinked";
}
