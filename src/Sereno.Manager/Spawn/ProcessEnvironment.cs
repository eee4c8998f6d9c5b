using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;
using Sereno.Units.Values;

namespace Sereno.Manager.Spawn;

/// <summary>A process's variables, later sources over earlier ones (systemd.exec(5), "Environment Variables in Spawned Processes").</summary>
public static class ProcessEnvironment
{
    /// <summary>Shells that only keep people out are no SHELL for a service, as for systemd.</summary>
    private static readonly string[] s_noLogin =
    [
        "/bin/nologin", "/sbin/nologin", "/usr/bin/nologin", "/usr/sbin/nologin", "/bin/false", "/usr/bin/false", "/bin/true", "/usr/bin/true",
    ];

    public static Dictionary<string, string> Build(ExecContext context, InstanceFacts facts, IMachine machine, UserEntry? user,
        IEnumerable<KeyValuePair<string, string>> variables)
    {
        var result = new Dictionary<string, string>(facts.Environment);
        foreach (var (name, value) in variables)
            result[name] = value;
        result["SYSTEMD_EXEC_PID"] = Execute.PidMark;
        if (user is not null)
        {
            if (user.Home is ['/', _, ..])
                result["HOME"] = Paths.Simplify(user.Home);
            result["LOGNAME"] = result["USER"] = user.Name;
            if (user.Shell is ['/', ..] && !s_noLogin.Contains(user.Shell))
                result["SHELL"] = user.Shell;
        }
        foreach (var (kind, set) in context.Directories)
            if (!set.Names.IsEmpty)
                result[VariableOf(kind)] = string.Join(':', set.Names.Select(n => $"{facts.Roots[kind]}/{n}"));
        if (context.StandardInput.Kind == StreamKind.Tty || context.StandardOutput.Kind == StreamKind.Tty || context.StandardError.Kind == StreamKind.Tty
            || context.Terminal.Path is not null)
            result["TERM"] = Term(context.Terminal.Path ?? "/dev/console", facts);
        if (!context.ExecSearchPath.IsEmpty)
            result["PATH"] = string.Join(':', context.ExecSearchPath);
        foreach (string name in context.PassEnvironment)
            if (facts.ManagerEnvironment.TryGetValue(name, out var value))
                result[name] = value;
        foreach (string assignment in context.Environment)
            if (assignment.IndexOf('=') is > 0 and var at)
                result[assignment[..at]] = assignment[(at + 1)..];
        foreach (var file in context.EnvironmentFiles)
            AddFile(result, file, machine);
        foreach (string name in context.UnsetEnvironment)
            if (name.IndexOf('=') is > 0 and var at ? result.GetValueOrDefault(name[..at]) == name[(at + 1)..] : true)
                result.Remove(name.Split('=')[0]);
        return result;
    }

    /// <summary>On the console our own; a virtual console is "linux", all else a "vt220" (console(4)).</summary>
    private static string Term(string terminal, InstanceFacts facts) =>
        terminal == "/dev/console" && facts.ManagerEnvironment.TryGetValue("TERM", out var own) ? own
            : terminal.StartsWith("/dev/tty", StringComparison.Ordinal) && terminal.Length > 8 && terminal[8..].All(char.IsAsciiDigit) ? "linux" : "vt220";

    private static void AddFile(Dictionary<string, string> result, EnvironmentFile file, IMachine machine)
    {
        var paths = machine.Glob(file.Path);
        if (paths.IsEmpty && !file.Optional)
            throw new PlanException(PlanException.NoProcess, $"cannot read environment file {file.Path}: No such file or directory");
        foreach (string path in paths)
        {
            string? text = machine.ReadFile(path, out string? error);
            if (text is null && !file.Optional)
                throw new PlanException(PlanException.NoProcess, $"cannot read environment file {path}: {error}");
            if (text?.Contains('\0') == true)
                throw new PlanException(PlanException.NoProcess, $"cannot read environment file {path}: it has a NUL byte");
            foreach (var (name, value) in EnvironmentText.Parse(text ?? ""))
                result[name] = value;
        }
    }

    private static string VariableOf(DirectoryKind kind) => kind switch
    {
        DirectoryKind.Runtime => "RUNTIME_DIRECTORY",
        DirectoryKind.State => "STATE_DIRECTORY",
        DirectoryKind.Cache => "CACHE_DIRECTORY",
        DirectoryKind.Logs => "LOGS_DIRECTORY",
        DirectoryKind.Configuration => "CONFIGURATION_DIRECTORY",
    };
}
