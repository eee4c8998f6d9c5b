using Sereno.Units.Install;

namespace Sereno.Texts;

internal sealed class EnglishInstallTexts : InstallTexts
{
    public override string Created(string link, string target) => $"Created symlink {link} → {target}.";
    public override string Removed(string link) => $"Removed \"{link}\".";
    protected override string Masked(string unit) => $"Unit {unit} is masked, ignoring.";
    protected override string MaskedByGenerator(string unit) => $"Unit {unit} is masked via a generator and cannot be unmasked.";
    protected override string Dangling(string unit) => $"Unit {unit} is an alias to a unit that is not present, ignoring.";
    protected override string DestinationMissing(string unit, string destination) => $"Unit {unit} is added as a dependency to a non-existent unit {destination}.";
    protected override string AuxiliaryFailed(string unit) => $"Failed to enable auxiliary unit {unit}, ignoring.";

    protected override string Failed(string verb, InstallChange failure)
    {
        var (path, source) = (failure.Path, failure.Source);
        string unit = $"Failed to {verb} unit, ";
        return failure.Error switch
        {
            InstallError.EEXIST when source is not null => $"{unit}file \"{path}\" already exists and is a symlink to \"{source}\".",
            InstallError.EEXIST => $"{unit}file \"{path}\" already exists.",
            InstallError.ERFKILL => $"{unit}unit {path} is masked.",
            InstallError.EADDRNOTAVAIL => $"{unit}unit {path} is transient or generated.",
            InstallError.ETXTBSY => $"{unit}file {path} is under the systemd unit hierarchy already.",
            InstallError.EBADSLT => $"{unit}invalid specifier in \"{path}\".",
            InstallError.EIDRM => $"Failed to {verb} {source}, destination unit {path} is a non-template unit.",
            InstallError.EUCLEAN => $"{unit}\"{path}\" is not a valid unit name.",
            InstallError.ELOOP => $"{unit}refusing to operate on linked unit file {path}.",
            InstallError.EXDEV when source is not null => $"{unit}cannot alias {source} as {path}.",
            InstallError.EXDEV => $"{unit}invalid unit reference \"{path}\".",
            InstallError.ENOENT => $"{unit}unit {path} does not exist.",
            InstallError.EUNATCH => $"{unit}cannot resolve specifiers in \"{path}\".",
            var error => $"{unit}file \"{path}\": {error.Words()}",
        };
    }

    public override string FailedWholly(string verb, string reason) => $"Failed to {verb}: {reason}.";
    public override string FailedOnBus(string verb, string reason) => $"Failed to {verb} unit: {reason}";

    public override string NothingToInstall =>
        """
        The unit files have no installation config (WantedBy=, RequiredBy=, Also=,
        Alias= settings in the [Install] section, and DefaultInstance= for template
        units). This means they are not meant to be enabled using systemctl.
         
        Possible reasons for having this kind of units are:
        • A unit may be statically enabled by being symlinked from another unit's
          .wants/ or .requires/ directory.
        • A unit's purpose may be to act as a helper for some other unit which has
          a requirement dependency on it.
        • A unit may be started when needed via activation (socket, path, timer,
          D-Bus, udev, scripted systemctl call, ...).
        • In case of template units, the unit is meant to be enabled with some
          instance name specified.
        """;

    public override string PathTakenAsName => "Warning: Can't execute disable on the unit file path. Proceeding with the unit name.";

    public override string LinkNeedsPath(string name) =>
        $"Link argument must contain at least one directory separator.\nIf you intended to link a file in the current directory, try ./{name} instead.";

    public override string NotAbsolute(string name) => $"Non-absolute paths are not allowed when --root is used: {name}";
    public override string NoSuchState(string unit, string reason) => $"Failed to get unit file state for {unit}: {reason}";
    public override string NoDefault(string reason) => $"Failed to get default target: {reason}";
    public override string OtherDefault(string target) => $"Note: \"{target}\" is the default unit (possibly a runtime override).";
    public override string NoSearchPath(string root, string reason) => $"Failed to initialize unit search paths for root directory {root}: {reason}";
    public override string NoFileState(string reason) => $"Failed to look up unit file state: {reason}";

    public override string Escaped(string name, string escaped, bool suggest) =>
        $"Invalid unit name \"{name}\" escaped as \"{escaped}\"{(suggest ? " (maybe you should use systemd-escape?)" : "")}.";

    public override string NoGlobs(string operation) => $"Glob pattern passed {operation}, but globs are not supported for this.";
    public override string BadName(string name, string reason) => $"Failed to mangle unit name or path '{name}': {reason}";
    public override string MissingButProceeding(string unit) => $"Unit {unit} does not exist, proceeding anyway.";
    public override string SysVRedirected(string unit) => $"{unit} is not a native service, redirecting to systemd-sysv-install.";
    public override string SysVSynchronized(string unit, string program) => $"Synchronizing state of {unit} with SysV service script with {program}.";
    public override string Executing(string command) => $"Executing: {command}";

    public override string EditNeedsTerminal => "Cannot edit units if not on a tty.";
    public override string EditNoMatch => "No units matched the specified patterns.";
    public override string EditMasked(string unit) => $"Cannot edit {unit}: unit is masked.";
    public override string EditHint(string options, string unit) => $"Run 'sereno edit{options} --force --full {unit}' to create a new unit.";
    public override string EditOverridden(string file, string other) => $"Refusing to create \"{file}\" because it would be overridden by \"{other}\" anyway.";
    public override string EditOverwrite(string file, string other) => $"\"{file}\" already exists. Overwrite with \"{other}\"? [(y)es, (n)o] ";
    public override string EditSkipped(string unit) => $"{unit} skipped.";
    public override string EditNoEditor => "Cannot edit units, no editor available. Please set either $SYSTEMD_EDITOR, $EDITOR or $VISUAL.";
    public override string EditorFailed(int status) => $"(editor) failed with exit status {status}.";
    public override string EditCanceled(string file) => $"Editing \"{file}\" canceled: temporary file is empty.";
    public override string EditCannotRead(string file, string reason) => $"Failed to read \"{file}\": {reason}";
    public override string EditCannotReadTemporary(string file, string reason) => $"Failed to read temporary file \"{file}\": {reason}";
    public override string EditCannotWrite(string file, string reason) => $"Failed to write \"{file}\": {reason}";

    public override string Option(string name) => name switch
    {
        "edit-full" => "The whole file instead of a drop-in",
        "edit-force" => "Also a unit that isn't there yet",
        "drop-in" => "What the drop-in is called",
        "root" => "Work on the unit files below this folder, without a manager",
        "global" => "For the instances of all accounts",
        "user" => "For this account's instance",
        "system" => "For the machine's instance",
        "no-reload" => "Don't let the manager read its unit files again",
        "full" => "The whole file; of is-enabled: also the links",
        "preset-mode" => "Whether a preset enables, disables, or both",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
