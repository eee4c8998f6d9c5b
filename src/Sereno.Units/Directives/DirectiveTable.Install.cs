using Sereno.Units.Text;

namespace Sereno.Units.Directives;

/// <summary>[Install] and [X-Sereno]. Loading keeps [Install] as written: its specifiers mean something else and are resolved when enabling.</summary>
internal static partial class DirectiveTable
{
    private static IEnumerable<DirectiveRow> InstallRows() =>
    [
        NameList("WantedBy", u => u.WantedBy), NameList("RequiredBy", u => u.RequiredBy), NameList("Also", u => u.Also), NameList("Alias", u => u.Alias),
        Enforced("Install", "DefaultInstance", r => r.Unit.DefaultInstance = r.IsEmpty ? null : r.Value),
    ];

    private static DirectiveRow NameList(string key, Func<UnitBuilder, List<string>> list) => Enforced("Install", key, r =>
    {
        if (r.IsEmpty)
            list(r.Unit).Clear();
        // Loading says nothing of mistakes here: enabling does.
        var words = new WordReader(r.Value);
        while (words.Next(WordFlags.Unquote | WordFlags.RetainEscape, out string word) == WordResult.Word)
            list(r.Unit).Add(word);
    });

    private static IEnumerable<DirectiveRow> SerenoRows() =>
    [
        Ignored(Sereno, "Scope", "reported, not enforced", r => r.OneOf(["local", "intranet", "internet"], "Failed to parse scope")),
        Ignored(Sereno, "Server", "not supported yet: a socket unit's Accept= and MaxConnections= say it", r => r.OneOf(["dedicated", "concurrent"], "Failed to parse server kind")),
        Ignored(Sereno, "Ready", "not supported: readiness follows Type= alone", r => r.OneOf(["listen"], "Failed to parse readiness")),
    ];

    /// <summary>The section of our own keys; systemd skips every section that starts with X-.</summary>
    public const string Sereno = "X-Sereno";
}
