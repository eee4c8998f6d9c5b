using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>Credentials (systemd.exec(5)).</summary>
internal static partial class DirectiveTable
{
    private const string PlainFolder = "kept in a folder of /run, not in a file system of its own";
    private const string NoDecryption = "not supported: decrypting credentials";

    private static IEnumerable<DirectiveRow> CredentialRows() =>
    [
        Emulated("Service", "LoadCredential", PlainFolder, r => ReadLoadCredential(r, encrypted: false)),
        Emulated("Service", "SetCredential", PlainFolder, r => ReadSetCredential(r, encrypted: false)),
        Ignored("Service", "LoadCredentialEncrypted", NoDecryption, r => ReadLoadCredential(r, encrypted: true)),
        Ignored("Service", "SetCredentialEncrypted", NoDecryption, r => ReadSetCredential(r, encrypted: true)),
    ];

    private static void ReadLoadCredential(Reading r, bool encrypted)
    {
        if (r.IsEmpty)
            SetCredentials(r, c => c.Source is null, null);
        else if (CredentialId(r, out string? rest) is { } id)
        {
            string source = id;
            string error = "";
            if (rest is { Length: > 0 } && !r.Specifiers.TryPath(rest, out source, out error))
                r.Warn($"Failed to resolve unit specifiers in \"{rest}\", ignoring: {error}");
            else if (Paths.IsAbsolute(source) ? !Paths.IsNormalized(source) : !IsCredentialName(source))
                r.Warn($"Credential source \"{source}\" not valid, ignoring.");
            else if (!encrypted)
                SetCredentials(r, c => c.Id != id || c.Source is null, new(id, source, null));
        }
    }

    private static void ReadSetCredential(Reading r, bool encrypted)
    {
        if (r.IsEmpty)
            SetCredentials(r, c => c.Data is null, null);
        else if (r.Value.IndexOf(':') is var colon && (colon < 0 || colon + 1 == r.Value.Length))
            r.Warn($"Invalid syntax, ignoring: {r.Value}");
        else if (CredentialId(r, out string? rest) is { } id)
            if (encrypted)
            {
                if (!System.Buffers.Text.Base64.IsValid(rest))
                    r.Warn("Encrypted credential data not valid Base64 data, ignoring.");
            }
            else if (WordReader.Split(rest!, WordFlags.Unescape, "") is not [var data])
                r.Warn($"Can't unescape \"{rest}\", ignoring: Invalid argument");
            else
                SetCredentials(r, c => c.Id != id || c.Data is null, new(id, null, [.. RawText.Encode(data)]));
    }

    /// <summary>What stands before the first colon, or the whole value; null after a warning.</summary>
    private static string? CredentialId(Reading r, out string? rest)
    {
        int colon = r.Value.IndexOf(':');
        rest = colon < 0 ? null : r.Value[(colon + 1)..];
        string word = colon < 0 ? r.Value : r.Value[..colon];
        if (!r.Specifiers.TryText(word, out string id, out string error))
            r.Warn($"Failed to resolve unit specifiers in \"{word}\", ignoring: {error}");
        else if (!IsCredentialName(id))
            r.Warn($"Credential name \"{id}\" not valid, ignoring.");
        else
            return id;
        return null;
    }

    private static bool IsCredentialName(string name) => name.Length > 0 && Paths.IsFileName(name) && Validity.IsDescriptorName(name);

    private static void SetCredentials(Reading r, Func<Credential, bool> keep, Credential? added)
    {
        var list = r.Unit.Exec.Credentials.Where(keep);
        r.Unit.Exec = r.Unit.Exec with { Credentials = [.. added is null ? list : list.Append(added)] };
    }
}
