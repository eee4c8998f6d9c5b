using System.Collections.Immutable;
using Sereno.Manager.Machine;
using Sereno.Units.Model;

namespace Sereno.Manager.Spawn;

/// <summary>A process's variables, later sources over earlier ones (systemd.exec(5), "Environment Variables in Spawned Processes").</summary>
public static class ProcessEnvironment
{
    public static Dictionary<string, string> Build(ExecContext context, InstanceFacts facts, IMachine machine, UserEntry? user,
        IEnumerable<KeyValuePair<string, string>> variables)
    {
        var result = new Dictionary<string, string>(facts.Environment);
        foreach (var (name, value) in variables)
            result[name] = value;
        result["SYSTEMD_EXEC_PID"] = Execute.PidMark;
        if (user is not null)
        {
            result["HOME"] = user.Home;
            result["LOGNAME"] = result["USER"] = user.Name;
            result["SHELL"] = user.Shell;
        }
        foreach (var (kind, set) in context.Directories)
            if (!set.Names.IsEmpty)
                result[VariableOf(kind)] = string.Join(':', set.Names.Select(n => $"{facts.Roots[kind]}/{n}"));
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
