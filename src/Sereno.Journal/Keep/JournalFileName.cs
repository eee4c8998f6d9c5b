using System.Globalization;
using Sereno.Journal.Format;

namespace Sereno.Journal.Keep;

/// <summary>
/// Names of journal files: "system" or "user-UID" of the one that is written, with "@SEQNUMID-SEQNUM-TIME" of one that is archived, and
/// "@TIME-RANDOM" and a "~" at the end of one that was set aside.
/// </summary>
/// <param name="Order">What the oldest has least of: a sequence number, or when it was set aside.</param>
public readonly record struct JournalFileName(string Name, string Stem, bool IsArchived, bool IsSetAside, string SeqnumId, ulong Order, ulong Realtime)
{
    public const string Suffix = ".journal";

    public bool IsActive => !IsArchived && !IsSetAside;

    public static JournalFileName? Parse(string name)
    {
        bool aside = name.EndsWith(Suffix + "~", StringComparison.Ordinal);
        if (!aside && !name.EndsWith(Suffix, StringComparison.Ordinal))
            return null;
        string body = name[..^(Suffix.Length + (aside ? 1 : 0))];
        int at = body.IndexOf('@');
        if (at < 0)
            return aside ? null : new(name, body, false, false, "", 0, 0);
        string[] parts = body[(at + 1)..].Split('-');
        return (aside, parts) switch
        {
            (false, [{ Length: 32 } id, { Length: 16 } seqnum, { Length: 16 } time]) when Hex(seqnum, out ulong s) && Hex(time, out ulong t) =>
                new(name, body[..at], true, false, id, s, t),
            (true, [{ Length: 16 } time, { Length: 16 } random]) when Hex(time, out ulong t) && Hex(random, out _) => new(name, body[..at], false, true, "", t, t),
            _ => null,
        };

        static bool Hex(string text, out ulong value) => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    public static string Active(uint uid) => (uid == 0 ? "system" : $"user-{uid}") + Suffix;

    public static string Archived(string stem, UInt128 seqnumId, ulong headSeqnum, ulong headRealtime) =>
        $"{stem}@{Id128.Format(seqnumId)}-{headSeqnum:x16}-{headRealtime:x16}{Suffix}";

    public static string SetAside(string stem, ulong now, ulong random) => $"{stem}@{now:x16}-{random:x16}{Suffix}~";
}
