using Sereno.Units.Install;

namespace Sereno.Texts;

/// <summary>What enable and its kin say; in English the words are systemctl's, since scripts look for them.</summary>
public abstract class InstallTexts
{
    public string Of(InstallChange change, string verb) => change.Kind switch
    {
        InstallChangeKind.Symlink => Created(change.Path, change.Source ?? ""),
        InstallChangeKind.Unlink => Removed(change.Path),
        InstallChangeKind.Masked => Masked(change.Path),
        InstallChangeKind.MaskedByGenerator => MaskedByGenerator(change.Path),
        InstallChangeKind.Dangling => Dangling(change.Path),
        InstallChangeKind.DestinationMissing => DestinationMissing(change.Source ?? "", change.Path),
        InstallChangeKind.AuxiliaryFailed => AuxiliaryFailed(change.Path),
        InstallChangeKind.Failure => Failed(verb, change),
    };

    public abstract string Created(string link, string target);
    public abstract string Removed(string link);
    protected abstract string Masked(string unit);
    protected abstract string MaskedByGenerator(string unit);
    protected abstract string Dangling(string unit);
    protected abstract string DestinationMissing(string unit, string destination);
    protected abstract string AuxiliaryFailed(string unit);

    /// <summary>One unit, link or file that stopped the verb.</summary>
    protected abstract string Failed(string verb, InstallChange failure);

    /// <summary>The verb failed and no unit is to blame.</summary>
    public abstract string FailedWholly(string verb, string reason);
    public abstract string FailedOnBus(string verb, string reason);

    /// <summary>Four lines on why a unit may have no [Install] section.</summary>
    public abstract string NothingToInstall { get; }
    public abstract string PathTakenAsName { get; }
    public abstract string LinkNeedsPath(string name);
    public abstract string NotAbsolute(string name);
    public abstract string NoSuchState(string unit, string reason);
    public abstract string NoDefault(string reason);
    public abstract string OtherDefault(string target);
    public abstract string NoSearchPath(string root, string reason);
    public abstract string NoFileState(string reason);
    public abstract string Escaped(string name, string escaped, bool suggest);
    public abstract string NoGlobs(string operation);
    public abstract string BadName(string name, string reason);
    public abstract string MissingButProceeding(string unit);
    public abstract string SysVRedirected(string unit);
    public abstract string SysVSynchronized(string unit, string program);
    public abstract string Executing(string command);
    public abstract string EditNeedsTerminal { get; }
    public abstract string EditNoMatch { get; }
    public abstract string EditMasked(string unit);
    public abstract string EditHint(string options, string unit);
    public abstract string EditOverridden(string file, string other);

    /// <summary>A question, to be answered by y or n.</summary>
    public abstract string EditOverwrite(string file, string other);
    public abstract string EditSkipped(string unit);
    public abstract string EditNoEditor { get; }
    public abstract string EditorFailed(int status);
    public abstract string EditCanceled(string file);
    public abstract string EditCannotRead(string file, string reason);
    public abstract string EditCannotReadTemporary(string file, string reason);
    public abstract string EditCannotWrite(string file, string reason);
    public abstract string Option(string name);
}
