using Sereno.Linux;

namespace Sereno.Sockets.Views.Netstat;

/// <summary>netstat's messages in one language. The English ones are their own names, as with gettext(3).</summary>
/// <param name="translate">From the English message, printf's conversions included.</param>
/// <param name="radixCharacter">Between units and fractions.</param>
public sealed class NetstatTexts(Func<string, string> translate, string radixCharacter = ".")
{
    public static NetstatTexts English { get; } = new(message => message);

    /// <summary>Ours: net-tools has no Spanish catalogue.</summary>
    public static NetstatTexts Spanish { get; } = new(message => NetstatSpanish.Messages.GetValueOrDefault(message, message), ",");

    public string this[string message] => translate(message);

    public string RadixCharacter { get; } = radixCharacter;

    /// <summary>What net-tools' own catalogues say in the locale of the environment: English in a language that they don't have.</summary>
    public static NetstatTexts OfLocale()
    {
        var catalogue = new MessageCatalogue("net-tools");
        return new(catalogue.Translate, catalogue.RadixCharacter);
    }

    /// <summary>The language of --lang; of the environment when null.</summary>
    public static NetstatTexts For(string? language) =>
        language is null ? OfLocale() : language.StartsWith("es", StringComparison.OrdinalIgnoreCase) ? Spanish : English;
}
