using Sereno.Sockets.Filter;

namespace Sereno.Texts;

public sealed class English : Text
{
    public override string Language => "en";
    public override SocketTexts Sockets { get; } = new EnglishSocketTexts();
    public override InstallTexts Install { get; } = new EnglishInstallTexts();
    public override LogsTexts Logs { get; } = new EnglishLogsTexts();
    public override RunTexts Run { get; } = new EnglishRunTexts();
    public override ConnectTexts Connect { get; } = new EnglishConnectTexts();
    public override ForwardTexts Forward { get; } = new EnglishForwardTexts();
    public override ImportTexts Import { get; } = new EnglishImportTexts();
    public override ManualTexts Manual { get; } = new EnglishManualTexts();
    public override string Description => "Runs systemd's unit files where systemd can't run, and shows the sockets of each service.";
    public override string DirOption => "The instance whose sockets, state and logs are in this folder";
    public override string UnitPathOption => "Where unit files are looked for, as SYSTEMD_UNIT_PATH";
    public override string LangOption => "Language of what a person reads";
    public override string Examples => "Examples:";

    public override string Help(string verb) => verb switch
    {
        "init" => "Run an instance in the foreground: start its default target, keep its services, stop all on SIGTERM or Ctrl-C",
        "start" => "Start (activate) units",
        "stop" => "Stop (deactivate) units",
        "run" => "Run a command as a service, without a unit file",
        "restart" => "Start or restart units",
        "reload" => "Have units reload their configuration",
        "try-restart" => "Restart units that are active",
        "reload-or-restart" => "Reload units if they can, otherwise restart them",
        "status" => "Show how units stand: state, processes, sockets and last log lines",
        "is-active" => "Say whether units are active; exit 0 if one is, 3 if none",
        "is-failed" => "Say whether units have failed; exit 0 if one has, 1 if none",
        "is-enabled" => "Say whether unit files are enabled; exit 0 if one is, 1 if none",
        "enable" => "Enable unit files: link them as their [Install] sections say",
        "disable" => "Disable unit files: remove their links",
        "mask" => "Make units impossible to start",
        "unmask" => "Undo mask",
        "reenable" => "Disable unit files, then enable them",
        "preset" => "Enable or disable unit files as the preset files say",
        "preset-all" => "Enable or disable all unit files as the preset files say",
        "link" => "Link unit files from elsewhere into the search path",
        "revert" => "Give unit files back the form in which they were installed",
        "add-wants" => "Have a target want units",
        "add-requires" => "Have a target require units",
        "edit" => "Edit unit files or their drop-ins, and load them",
        "set-default" => "Choose the target that is started at boot",
        "get-default" => "Say which target is started at boot",
        "list-units" => "List units in memory",
        "list-unit-files" => "List installed unit files",
        "list-timers" => "List timers: when they elapse next and elapsed last, and what they start",
        "list-sockets" => "List sockets: what they listen on, and what they start",
        "list-paths" => "List paths: what they watch, and what they start",
        "list-dependencies" => "Show what units require and want, as a tree",
        "list-jobs" => "List queued jobs",
        "cat" => "Show unit files and drop-ins",
        "show" => "Show properties of units, or of the manager, for programs",
        "check" => "List every directive of units: enforced, emulated or ignored here, and why",
        "kill" => "Send a signal to processes of units",
        "reset-failed" => "Forget the failed state of units, or of all",
        "daemon-reload" => "Read all unit files again",
        "exit" => "Stop all units in order and end the instance",
        "logs" => "Show log lines",
        "forward" => "Send log entries to syslog, to a TCP or HTTP collector as JSON lines, or to OpenTelemetry",
        "sockets" => "Show every TCP and UDP socket: unit, process, ends, state, phase, scope and queues",
        "ports" => "Show the open ports: unit, process, address, service, class, scope and connections",
        "why" => "Say why a port is busy or can't be bound; ends with 0 when it is free, 1 when it isn't",
        "explain" => "Explain a state, a phase, a port, an address or a connection, with what this machine shows of it now",
        "doctor" => "Look for trouble with sockets and say who must act; ends with 0 when all is well, 1 when not",
        "ss" => "Show sockets as iproute2's ss does (see ss(8))",
        "netstat" => "Show sockets as net-tools' netstat does (see netstat(8))",
        "trace" => "Show every TCP state change as it happens: unit, process, both ends, phase, duration and bytes",
        "watch" => "Show services with state, pid, ports, scope and connections, live",
        "tmpfiles" => "Make, clean and remove files as tmpfiles.d(5) says",
        "sysusers" => "Add the users and groups that sysusers.d(5) asks for",
        "serve" => "Be a small server for examples and tests: http, echo, time...",
        "connect" => "Connect to a server: standard input goes there, its answer to standard output",
        "import" => "Make socket and service units of inetd's or xinetd's configuration",
        "calendar" => "Say when calendar events elapse next (systemd.time(7))",
        "timespan" => "Say how long time spans are (systemd.time(7))",
        "timestamp" => "Say which points in time are meant (systemd.time(7))",
        "completion" => "Print a shell's completion script",
        "complete" => "Say which words may follow what was typed, as completion scripts ask",
        "man" => "Print a manual page",
        _ => "",
    };

    public override string Option(string name) => name switch
    {
        "show-types" => "Also the types of sockets",
        "dependencies-reverse" => "Who requires and wants them instead",
        "dependencies-after" => "What they are ordered after instead",
        "dependencies-before" => "What they are ordered before instead",
        "dependencies-all" => "Open all units, not targets only",
        "dependencies-plain" => "A list instead of a tree",
        "dependencies-full" => "Don't cut long names",
        "units" => "Unit names; .service may be left out",
        "target" => "The target",
        "default" => "The target to start",
        "tmpfiles-create" => "Make what is to be there, and write and adjust it",
        "tmpfiles-clean" => "Remove what is older than its age",
        "tmpfiles-remove" => "Remove what is marked to be removed",
        "tmpfiles-boot" => "Also the lines that are for the boot only",
        "tmpfiles-prefix" => "Only paths that begin so",
        "tmpfiles-exclude" => "No paths that begin so",
        "tmpfiles-E" => "No paths below /dev, /proc, /run and /sys",
        "config-root" => "Another root folder",
        "config-files" => "Files, or - for standard input; all that are installed where none is given",
        "dry-run" => "Only say what would be done",
        "sysusers-inline" => "The arguments are lines, not files",
        "quiet" => "Say nothing on standard output",
        "run-pty" => "Run it in a new terminal, and wait",
        "run-shell" => "Run a shell as a service, here",
        "run-slice-inherit" => "Also in this command's own slice",
        "run-path-property" => "A setting of the path unit that starts it (KEY=VALUE)",
        "run-socket-property" => "A setting of the socket unit that starts it (KEY=VALUE)",
        "run-on-timezone-change" => "Start it when the time zone changes",
        "run-on-clock-change" => "Start it when the clock is set",
        "run-command" => "The command and its arguments",
        "run-unit" => "Name of the unit",
        "run-description" => "Its description",
        "run-slice" => "The slice to put it in",
        "run-property" => "A setting of the unit, as its file would say it (KEY=VALUE)",
        "run-uid" => "User to run as",
        "run-gid" => "Group to run as",
        "run-nice" => "Nice level",
        "run-working-directory" => "Folder to run in",
        "run-setenv" => "A variable of its environment (NAME=VALUE)",
        "run-service-type" => "How it tells that it is up (Type=)",
        "run-on-active" => "Start it this long from now",
        "run-on-boot" => "Start it this long after the machine's start",
        "run-on-startup" => "Start it this long after the manager's start",
        "run-on-unit-active" => "Start it this long after it was last active",
        "run-on-unit-inactive" => "Start it this long after it was last inactive",
        "run-on-calendar" => "Start it at these times (systemd.time(7))",
        "run-timer-property" => "A setting of the timer (KEY=VALUE)",
        "run-remain-after-exit" => "Keep it active after the command has ended",
        "run-scope" => "Run the command here, as a scope",
        "run-wait" => "Wait until the command has ended",
        "run-pipe" => "Pass standard input and outputs through, and wait",
        "run-collect" => "Forget the unit also when it fails",
        "run-same-dir" => "Run in this folder",
        "run-no-block" => "Don't wait until it is started",
        "run-quiet" => "Don't say what was started",
        "run-send-sighup" => "Send SIGHUP after SIGTERM",
        "no-block" => "Don't wait until the job is done",
        "job-mode" => "How to deal with jobs that are queued already: replace, fail, isolate, ignore-dependencies...",
        "now" => "Also start or stop",
        "runtime" => "Until the next boot only",
        "force" => "Replace links that are in the way",
        "all" => "Inactive units too",
        "state" => "Only units in these states (comma separated)",
        "type" => "Only units of these types (comma separated)",
        "failed" => "Only units that have failed",
        "no-legend" => "Without headings and footer",
        "output" => "text or json",
        "property" => "Only these properties (comma separated)",
        "value" => "Values without names",
        "signal" => "Name or number of the signal",
        "whom" => "main, control or all processes",
        "lines" => "How many log lines",
        "follow" => "Show new lines as they come",
        "once" => "Print the table once and end",
        "interval" => "Seconds between two looks",
        "iterations" => "How many times to show",
        "base-time" => "After when; now if it isn't said",
        "only-unit" => "Only these units' (names or patterns)",
        "tcp" => "TCP only",
        "udp" => "UDP only",
        "ipv4" => "What carries or takes IPv4",
        "ipv6" => "What carries or takes IPv6",
        "port" => "Only these ports, of either end",
        "pid" => "Only what these processes hold",
        "listening" => "Only listening TCP and unconnected UDP sockets; with --state, these and those",
        "socket-state" => "Only these states, by any of their names; or a phase: establish, transmit, finish. With --listening, these and those",
        "peer" => "Only connections to this peer",
        "scope" => "Only what is open this far: local, intranet, internet",
        "class" => "Only local ports of this class: system, user, dynamic",
        "why-port" => "PORT, service name, ADDRESS:PORT or [ADDRESS]:PORT",
        "why-udp" => "The UDP port; TCP's otherwise",
        "why-try" => "Also try to bind it, with a socket that is closed at once",
        "explain-what" => "close-wait, establish, 22, ssh, 10.0.0.1, 10.0.0.1:5001-10.0.0.2:80, system...",
        "netns" => "Look into other network namespaces: all, a name, or the pid of a process inside",
        "count" => "End after so many changes",
        "time-limit" => "End after this time, such as 30s or 5min",
        "trace-source" => "How changes are seen: perf, destroy or poll; the best that is permitted without this",
        "trace-interval" => "Time between two dumps, where they are needed, such as 250ms",
        "connect-target" => "HOST:PORT, [ADDRESS]:PORT, a port of this machine, a path, @NAME, or a unit that has a socket",
        "connect-udp" => "Datagrams: UDP, or a Unix datagram socket",
        "connect-ipv4" => "Only IPv4",
        "connect-ipv6" => "Only IPv6",
        "connect-duration" => "End after this time, whatever happens, such as 30s or 5min: the connecting counts too",
        "connect-timeout" => "Longest wait for the connection, and for a word from either side",
        "connect-hold" => "Send nothing and keep the connection open",
        "connect-count" => "Make so many connections, each of which sends standard input, and tell their times",
        "connect-concurrency" => "So many of them at a time",
        "connect-verbose" => "Tell both ends of the connection, with the class of each port",
        "connect-states" => "Also tell each TCP state, of both ends when both are on this machine",
        "serve-udp" => "Listen for datagrams",
        "serve-slow" => "Keep each answer back for so long",
        "serve-dedicated" => "One client at a time, the others wait in the backlog",
        "serve-once" => "Serve one client and end",
        "forward-target" => "Where to: syslog://, syslog+tcp://, syslog+tls://, syslog+unix:PATH, syslog+unix-stream:PATH, tcp://, tls://, http://, https://, otlp://, otlps://",
        "forward-matches" => "Only of these units, or with these FIELD=VALUE",
        "forward-cursor-file" => "Begin after the entry that the file names, and name there the last one that the other side has",
        "forward-once" => "Send what is there now and end",
        "forward-format" => "How syslog messages are written; without it RFC 5424, or RFC 3164 for a Unix socket",
        "forward-header" => "A header of each HTTP request; may be said several times",
        "forward-header-file" => "Headers of each HTTP request, a line each, as for a token; read again for each request",
        "forward-gzip" => "Compress what goes by HTTP",
        "forward-timeout" => "Longest wait for one batch; 30s without it",
        "forward-batch" => "Entries of a batch at most; 1000 without it",
        "forward-tries" => "Give up after so many failures in a row; without it never, or with --once after 5",
        "import-files" => "inetd.conf, xinetd.conf or files of xinetd.d",
        "import-output" => "Folder to write the unit files to; without it they are printed",
        "import-force" => "Replace unit files that exist",
        "import-all" => "Services that are disabled, too",
        "address" => "Address and port to listen on",
        _ => "",
    };

    public override string Usage => "Usage:";
    public override string VerbWord => "VERB";
    public override string OptionsWord => "options";
    public override string Verbs => "Verbs:";
    public override string OptionsTitle => "Options:";
    public override string HelpOption => "Show this help";
    public override string VersionOption => "Show the version";
    public override string Unknown(string word) => $"unknown word '{word}'";
    public override string DidYouMean(string word) => $" (did you mean '{word}'?)";
    public override string MissingArgument(string verb) => $"{verb} wants the name of a unit";
    public override string MissingWord(string verb, string what) => $"{verb} wants {what}";
    public override string SeeHelp(string verb) => $"Try 'sereno{verb} --help'.";
    public override string NotRunning(string path, string command) => $"cannot reach the manager at {path}: no instance runs there (start one with '{command}')";
    public override string FailedJob(string verb, string unit, string error) =>
        $"Failed to {(verb switch { "kill" => "kill unit", "reset-failed" => "reset failed state of unit", _ => verb })} {unit}: {error}";
    public override string JobFailed(string unit, string reason) => $"Job for {unit} {reason}";

    public override string JobReason(string result, string serviceResult) => (result, serviceResult) switch
    {
        ("canceled", _) => "canceled.",
        ("timeout", _) => "timed out.",
        ("dependency", _) => "failed: a dependency job failed.",
        ("invalid", _) => "is invalid: the unit is not active.",
        ("skipped", _) => "was skipped.",
        ("assert", _) => "failed: an assertion doesn't hold.",
        ("unsupported", _) => "failed: units of this type are not supported.",
        (_, "resources") => "failed because of unavailable resources or another system error.",
        (_, "protocol") => "failed because the service did not take the steps required by its unit configuration.",
        (_, "timeout") => "failed because a timeout was exceeded.",
        (_, "exit-code") => "failed because the control process exited with error code.",
        (_, "signal") => "failed because a fatal signal was delivered to the control process.",
        (_, "core-dump") => "failed because a fatal signal was delivered causing the control process to dump core.",
        (_, "watchdog") => "failed because the service failed to send watchdog ping.",
        (_, "start-limit-hit") => "failed because start of the service was attempted too often.",
        _ => "failed.",
    };

    public override string SeeStatus(string unit) => $"See \"sereno status {unit}\" and \"sereno logs {unit}\" for details.";
    public override string ReloadNeeded(string unit) => $"Warning: The unit file, source configuration file or drop-ins of {unit} changed on disk. Run 'sereno daemon-reload' to reload units.";
    public override string StartOfPattern => """
        Warning: sereno start called with a glob pattern.
        Hint: unit globs expand to loaded units, so start will usually have no effect.
              Passing --all will also load units which are pulled in by other units.
        """;

    public override string StillTriggered(string unit, IReadOnlyList<string> triggers) => $"Warning: Stopping {unit}, but it can still be activated by:\n  {string.Join("\n  ", triggers)}";

    public override string CatIsNewer(string unit) => $"""
        # Warning: {unit} changed on disk, the version sereno has loaded is outdated.
        # This output shows the current version of the unit's original fragment and drop-in files.
        # If fragments or drop-ins were added or removed, they are not properly reflected in this output.
        # Run 'sereno daemon-reload' to reload units.
        """;

    public override string CannotReadTime(string kind, string text, bool outOfRange) => kind switch
    {
        "calendar" => $"Failed to parse calendar specification '{text}'",
        "timespan" => $"Failed to parse time span '{text}'",
        "--base-time" => $"Failed to parse --base-time= parameter: {text}",
        _ => $"Failed to parse \"{text}\"",
    } + (outOfRange ? ": Numerical result out of range" : ": Invalid argument");

    public override string NoNextElapse(string text, bool isLost) =>
        $"Failed to determine next elapse for '{text}': {(isLost ? "Resource deadlock avoided" : "Invalid argument")}";

    public override string? Relative(ulong time, ulong now) => Units.Values.Timestamps.Relative(time, now);
    public override string UnitNotFound(string unit) => $"Unit {unit} could not be found.";

    public override string Field(string name) => name;

    public override string Ago(string span) => $"{span} ago";
    public override string Since => "since";
    public override string InAndOut(string incoming, string outgoing) => $"{incoming} in, {outgoing} out";
    public override string ReadAndWritten(string read, string written) => $"{read} read, {written} written";
    public override string Limit(string kind) => kind;
    public override string UnitsListed(int count) => $"{count} loaded units listed.";

    public override string LoadLegend => """
        LOAD   = Reflects whether the unit definition was properly loaded.
        ACTIVE = The high-level unit activation state, i.e. generalization of SUB.
        SUB    = The low-level unit activation state, values depend on unit type.
        """;

    public override string UnitFilesListed(int count) => $"{count} unit files listed.";
    public override string PassAll => "Pass --all to see loaded but inactive timers, too.";
    public override string TimersListed(int count) => $"{count} timers listed.";
    public override string Listed(string verb, int count) => $"{count} {verb["list-".Length..]} listed.";
    public override string PassAllTo(string verb) => $"Pass --all to see loaded but inactive {verb["list-".Length..]}, too.";
    public override string KnownTypes => "Available unit types:";
    public override string UnknownType(string word) => $"Unknown unit type or load state '{word}'.\nUse -t help to see a list of allowed values.";
    public override string JobsListed(int count) => $"{count} jobs listed.";
    public override string NoJobs => "No jobs running.";
    public override string Column(string name) => name;
    public override string NoOutput(string what) => $"No {what}.";
    public override string ServeReady(string what, string address) => $"serving {what} on {address}";
    public override string TmpfilesNeedsOperation => "say what to do: --create, --clean or --remove";
    public override string InvalidAddress(string address) => $"--address wants ADDRESS:PORT, such as 127.0.0.1:8080, not '{address}'";

    public override string ServerMode(string mode) => mode switch
    {
        "dedicated" => "dedicated: one client at a time, the others wait",
        "concurrent" => "concurrent: a process for each client",
        _ => "the service has the sockets: one process for all clients",
    };

    public override string Clients((uint Waiting, uint Room)? queue, (ulong InService, ulong Served, ulong Refused)? counts) => string.Join(", ",
        [.. queue is var (waiting, room) ? [$"{waiting} waiting (room for {room})"] : (string[])[], .. counts is var (now, served, refused) ? [$"{now} in service", $"{served} served", $"{refused} refused"] : (string[])[]]);

    public override string LimitHit(string unit, string units) => $"too often in too short a time; when the cause is mended: sereno reset-failed {units} && sereno start {unit}";
    public override string CannotListen(string address, string reason) => $"cannot listen on {address}: {reason}";
    public override string ServicesListed(int count, int active) => $"{active} of {count} services active";
    public override string MoreRows(int count) => $"... and {count} more";
    public override string WatchHint => "Ctrl-C to stop";
    public override string TimeHint(string verb, string text) => $"Hint: this is valid for \"sereno {verb} '{text}'\".";
    public override string AllowedValues(string values) => $"; it can be {values}";
    public override string InvalidValue(string option, string value) => $"{option} can't be '{value}'";
    public override string FilterLine(int number) => $"Line {number} of the filter file:";

    public override string WrongFilter(FilterProblem problem, string word, string subject) => problem switch
    {
        FilterProblem.ExpectedCondition => "Here a condition has to begin: src, dst, sport, dport, dev, fwmark, cgroup, autobound, not or (.",
        FilterProblem.ExpectedConnective => "A condition ends before this. What may follow: and, or, another condition, or a ) for a ( before.",
        FilterProblem.ExpectedValue => $"{subject} needs a value here.",
        FilterProblem.WrongRelation => subject is "src" or "dst" ? $"{subject} knows = only; put \"not\" before it for the opposite." : $"{subject} knows = and != only.",
        FilterProblem.UnclosedParenthesis => "This ( has no ). Parentheses stand between blanks.",
        FilterProblem.UnclosedBracket => "This [ has no ].",
        FilterProblem.BadAddress => "This is neither an address, nor a prefix (10.0.0.0/8, [2001:db8::]:80), nor a host that is known.",
        FilterProblem.UnbracketedIPv6 => $"An IPv6 address stands in brackets: [{word}].",
        FilterProblem.UnknownPort => subject switch
        {
            "netlink" => "A netlink socket's port is a number (mostly a process), or kernel.",
            "vsock" => "A vsock port is a number.",
            _ => $"{subject} is neither a port number nor a service of the tables that are shown (-t, -u).",
        },
        FilterProblem.AmbiguousPort => $"{subject} is one port for TCP and another for UDP: choose a table (-t, -u), or give the number.",
        FilterProblem.UnknownProtocol => "There is no such protocol.",
        FilterProblem.UnknownDevice => "There is no such interface.",
        FilterProblem.BadMark => "A mark is a number, or number/mask.",
        FilterProblem.UnknownCgroup => $"There is no such cgroup{(subject.Length > 0 ? $" ({subject})" : "")}.",
        FilterProblem.UnknownState => "There is no such state. Those of TCP: established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, "
            + "last-ack, listening, closing; several: all, connected, synchronized, bucket, big.",
        FilterProblem.NestedTooDeep => "Parentheses and nots are nested too deeply.",
        FilterProblem.LineTooLong => "A line of a filter file has at most 1022 bytes, with its end.",
        FilterProblem.InvalidLine => "A line can't begin with a zero byte.",
    };

    public override string JournalFull(string why) => $"the journal cannot be written: {why}; services wait when their pipes are full, or lose lines where LogFull=drop says so";

    public override string NoLog(string unit) => $"{unit} has no log";
    public override string NoLogs(string folder) => $"cannot read {folder}: no instance has logged there";
    public override string InvalidName(string name) => $"Unit name {name} is not valid.";
    public override string InvalidSignal(string signal) => $"Failed to parse signal string {signal}.";
    public override string NoFiles(string unit) => $"No files found for {unit}.";
    public override string CheckSummary(int enforced, int emulated, int ignored) => $"{enforced} enforced, {emulated} emulated, {ignored} ignored";
    public override string Support(string level) => level.ToLowerInvariant();
    public override string Guarantee(bool hasCgroup, string path) => hasCgroup ? $"{path}" : "none: processes are found by session and INVOCATION_ID";
}
