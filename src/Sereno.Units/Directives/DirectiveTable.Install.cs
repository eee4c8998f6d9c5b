using Sereno.Units.Text;

namespace Sereno.Units.Directives;

/// <summary>[Install]. Loading keeps it as written: its specifiers mean something else and are resolved when enabling.</summary>
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
}
