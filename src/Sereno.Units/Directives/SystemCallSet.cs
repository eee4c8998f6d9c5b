using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>A SystemCallFilter= or SystemCallLog= in the making: the first assignment says whether it lists what is allowed or what isn't.</summary>
internal sealed class SystemCallSet(bool allowList)
{
    private readonly Dictionary<int, short> _calls = [];

    /// <summary>One assignment, onto what earlier ones have made.</summary>
    /// <param name="withErrno">Filters have an error number per call and always permit @default; logs don't.</param>
    public static SystemCallSet? Read(Reading r, SystemCallSet? set, bool withErrno)
    {
        if (r.IsEmpty)
            return null;
        bool invert = r.Value[0] == '~';
        if (set is null)
        {
            set = new(!invert);
            if (!invert && withErrno)
                set.Add(null, "@default", SystemCallFilter.Default, invert: false);
        }
        foreach (string word in r.WordsOf(invert ? r.Value[1..] : r.Value, WordFlags.None))
            set.AddWord(r, word, invert, withErrno);
        return set;
    }

    public SystemCallFilter Build() => new(allowList, [.. _calls.OrderBy(c => c.Key).Select(c => new FilteredCall((ushort)c.Key, c.Value))]);

    private void AddWord(Reading r, string word, bool invert, bool withErrno)
    {
        int colon = withErrno ? word.IndexOf(':') : -1;
        string name = colon < 0 ? word : word[..colon];
        short? errno = colon < 0 ? SystemCallFilter.Default : ParseErrno(word[(colon + 1)..]);
        if (errno is null || name.Length == 0)
            r.Warn($"Failed to parse syscall:errno, ignoring: {word}");
        else if (!invert && errno >= 0)
            r.Warn($"Allow-listed system calls cannot take error number, ignoring: {word}");
        else
            Add(r, name, errno.Value, invert);
    }

    /// <param name="r">Null where what is unknown isn't the unit's mistake.</param>
    private void Add(Reading? r, string name, short errno, bool invert)
    {
        if (name[0] == '@')
        {
            if (SystemCallGroups.Members(name) is { } members)
                foreach (string member in members)
                    Add(null, member, errno, invert);
            else
                r?.Warn($"Unknown system call group, ignoring: {name}");
        }
        else if (SystemCalls.Find(name) is not { } call)
            r?.Warn($"Failed to parse system call, ignoring: {name}");
        else if (invert != allowList || (invert && errno >= 0))
            _calls[call] = errno;
        else
            _calls.Remove(call);
    }

    private static short? ParseErrno(string text) => text == "kill" ? SystemCallFilter.Kill : (short?)Errnos.Parse(text);
}
