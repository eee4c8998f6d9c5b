using System.Globalization;
using Sereno.Journal.Format;

namespace Sereno.Journalctl;

/// <summary>--list-catalog and --dump-catalog.</summary>
internal sealed class CatalogListing(OutputBuffer to, TextWriter errors)
{
    public int Print(string root, bool isShort, IReadOnlyList<string> ids)
    {
        string locale = new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v)) ?? "";
        if (MessageCatalog.Read(root + MessageCatalog.Database, locale) is not { } catalog)
        {
            errors.WriteLine($"Failed to list catalog: {(File.Exists(root + MessageCatalog.Database) ? "Bad message" : "No such file or directory")}");
            return 1;
        }
        if (ids.Count == 0)
            foreach (var id in catalog.Ids())
                Print(id, catalog.Text(id)!, isShort);
        int exit = 0;
        foreach (string word in ids)
        {
            string? wrong = !Id128.TryParse(word, out var id) ? $"Failed to parse id128 '{word}': Invalid argument"
                : catalog.Text(id) is { } text ? Print(id, text, isShort) : $"Failed to retrieve catalog entry for '{word}': No such file or directory";
            if (wrong is null)
                continue;
            errors.WriteLine(wrong);
            exit = 1;
        }
        if (exit != 0)
            errors.WriteLine("Failed to list catalog: " + (ids.All(i => Id128.TryParse(i, out _)) ? "No such file or directory" : "Invalid argument"));
        return exit;
    }

    private string? Print(UInt128 id, string text, bool isShort)
    {
        to.Write(isShort
            ? string.Create(CultureInfo.InvariantCulture, $"{Id128.Format(id)} {HeaderOf(text, "Defined-By:") ?? "n/a"}: {HeaderOf(text, "Subject:") ?? "n/a"}\n")
            : $"-- {Id128.Format(id)}\n{text}\n");
        return null;
    }

    private static string? HeaderOf(string text, string name) =>
        text.Split('\n').TakeWhile(l => l.Length > 0).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim(' ', '\t');
}
