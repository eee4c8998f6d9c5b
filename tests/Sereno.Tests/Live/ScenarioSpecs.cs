using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Live;

/// <summary>
/// Each folder of tests/Scenario: units/ is what the manager finds, steps what is done to it and what then has to be so.
/// <code>
/// $ start a => 5           a verb and its exit code (0 unless it says otherwise)
/// | some words             are in what the last verb printed
/// a.service active running success     ActiveState, SubState and Result, soon
/// ? a.service NRestarts 3  a property as show prints it, soon
/// ! grep -q x {dir}/file   a shell command that succeeds, soon
/// log a some words         are in the unit's log, soon
/// </code>
/// {dir} is the instance's folder, in units too; {sereno} the executable with its options; {dummy} the program of test/Sereno.Tests.Dummy.
/// A file "needs" names what the machine must have: root, or a program.
/// </summary>
[Collection(Live.Name)]
public sealed class ScenarioSpecs
{
    private const double Soon = 15;
    private static string Root => Path.Combine(Live.Repository, "tests/Scenario");

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Units_in_and_expected_states_out(string name)
    {
        Live.Require();
        string source = Path.Combine(Root, name);
        foreach (string need in File.Exists($"{source}/needs") ? File.ReadAllLines($"{source}/needs") : [])
            Assert.SkipUnless(need == "root" ? Environment.IsPrivilegedProcess : File.Exists(need), $"needs {need}");
        using var sereno = new LiveInstance(folder => Copy($"{source}/units", folder));
        var play = new Play(sereno);
        int number = 0;
        foreach (string line in File.ReadLines($"{source}/steps"))
            play.Step(line.Trim(), $"{name}/steps:{++number}");
        Assert.True(Proc.IsAlive(sereno.ManagerPid));
        Assert.Equal(0, sereno.Exit());
        Assert.DoesNotContain("is started again", sereno.Said);
    }

    private static void Copy(string from, string folder)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = $"{folder}/units/{Path.GetRelativePath(from, file)}";
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllText(target, File.ReadAllText(file).Replace("{dir}", folder).Replace("{dummy}", Path.Combine(AppContext.BaseDirectory, "Sereno.Tests.Dummy")));
        }
    }

    private sealed class Play(LiveInstance sereno)
    {
        private Outcome _last;

        public void Step(string line, string where)
        {
            line = line.Replace("{dir}", sereno.Folder)
                .Replace("{sereno}", $"{Live.Executable} --dir {sereno.Folder} --unit-path {sereno.Units}");
            switch (line)
            {
                case "" or ['#', ..]:
                    break;
                case ['$', ' ', .. var verb]:
                    Verb(verb, where);
                    break;
                case ['|', ' ', .. var words]:
                    Assert.True((_last.Output + _last.Errors).Contains(words, StringComparison.Ordinal), $"{where}: no \"{words}\" in {_last}");
                    break;
                case ['!', ' ', .. var script]:
                    Outcome shell = default;
                    if (!Live.Within(Soon, () => (shell = Command.Run("/bin/sh", "-c", script)).Status == 0))
                        Fail(where, $"{script}: {shell}");
                    break;
                case ['?', ' ', .. var property]:
                    Property(property.Split(' ', 3), where);
                    break;
                case ['l', 'o', 'g', ' ', .. var rest]:
                    Log(rest.Split(' ', 2), where);
                    break;
                default:
                    State(line.Split(' '), where);
                    break;
            }
        }

        private void Verb(string verb, string where)
        {
            int arrow = verb.LastIndexOf(" => ", StringComparison.Ordinal);
            int expected = arrow < 0 ? 0 : int.Parse(verb[(arrow + 4)..]);
            _last = sereno.Run((arrow < 0 ? verb : verb[..arrow]).Split(' '));
            if (_last.Status != expected)
                Fail(where, $"{verb}: {_last}");
        }

        private void Property(string[] words, string where)
        {
            string value = "";
            if (!Live.Within(Soon, () => (value = sereno.Run("show", words[0], "-p", words[1], "--value").Output.TrimEnd('\n')) == (words is [_, _, var v] ? v : "")))
                Fail(where, $"{string.Join(' ', words)}: is \"{value}\"");
        }

        private void Log(string[] words, string where)
        {
            string log = "";
            if (!Live.Within(Soon, () => (log = sereno.Run("logs", words[0]).Output).Contains(words[1], StringComparison.Ordinal)))
                Fail(where, $"no \"{words[1]}\" in the log of {words[0]}:\n{log}");
        }

        private void State(string[] words, string where)
        {
            Assert.True(words.Length is 3 or 4 && UnitName.TryParse(words[0], out _), $"{where}: not a step");
            (string Active, string Sub, string Result, int) now = default;
            if (!Live.Within(Soon, () => (now = sereno.State(words[0])).Active == words[1] && now.Sub == words[2] && (words.Length == 3 || now.Result == words[3])))
                Fail(where, $"{string.Join(' ', words)}: is {now.Active} {now.Sub} {now.Result}");
        }

        private void Fail(string where, string what) => Assert.Fail($"{where}: {what}\ninit said:\n{sereno.Said}");
    }
}
