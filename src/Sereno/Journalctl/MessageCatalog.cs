using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Sereno.Journal.Format;
using Sereno.Journal.Read;

namespace Sereno.Journalctl;

/// <summary>What messages mean, by their MESSAGE_ID and in the session's language: systemd's compiled catalog (systemd.io/CATALOG).</summary>
internal sealed class MessageCatalog
{
    public const string Database = "/var/lib/systemd/catalog/database";
    private const int HeaderSize = 40, LanguageSize = 32, LongestValue = 256;

    private readonly byte[] _file;
    private readonly int _items, _count, _itemSize;
    private readonly string _language;

    private MessageCatalog(byte[] file, string language)
    {
        (_file, _language) = (file, language);
        _items = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(16));
        _count = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24));
        _itemSize = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(32));
    }

    /// <summary>Null where there is none, or what is there is none.</summary>
    /// <param name="locale">LC_MESSAGES' value.</param>
    public static MessageCatalog? Read(string path, string locale)
    {
        try
        {
            byte[] file = File.ReadAllBytes(path);
            ulong[] numbers = file.Length < HeaderSize ? [0, 0, 0] : [.. MemoryMarshal.Cast<byte, ulong>(file.AsSpan(16, 24))];
            bool isWhole = numbers[0] is >= HeaderSize and < int.MaxValue && numbers[2] is >= 16 + LanguageSize + 8 and < 4096 && numbers[1] < int.MaxValue / 4096
                && numbers[0] + numbers[1] * numbers[2] <= (ulong)file.Length;
            return file.AsSpan().StartsWith("RHHHKSLP"u8) && isWhole ? new(file, locale.Split('.', '@')[0]) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>All messages, in the order of their ids.</summary>
    public IEnumerable<UInt128> Ids()
    {
        UInt128? last = null;
        for (int i = 0; i < _count; i++)
        {
            var id = IdAt(i);
            if (id != last)
                yield return id;
            last = id;
        }
    }

    /// <summary>The text for an entry's message, with the entry's values where it names fields.</summary>
    public string? Explain(EntryFields fields)
    {
        if (!fields.TryGet("MESSAGE_ID"u8, out var text) || text.Length > 36 || !Id128.TryParse(Encoding.Latin1.GetString(text), out var id) || Text(id) is not { } template)
            return null;
        var result = new StringBuilder();
        string[] parts = template.Split('@');
        result.Append(parts[0]);
        for (int i = 1; i < parts.Length; i++)
            // A name stands between two of them.
            if (i + 1 < parts.Length && parts[i].Length > 0 && parts[i].All(c => c is '_' or (>= 'A' and <= 'Z') or (>= '0' and <= '9')))
            {
                string name = parts[i];
                result.Append(fields.TryGet(Encoding.ASCII.GetBytes(name), out var value) && value.Length + name.Length + 1 <= LongestValue ? Encoding.UTF8.GetString(value) : name);
                result.Append(parts[++i]);
            }
            else
                result.Append('@').Append(parts[i]);
        return result.ToString();
    }

    /// <summary>In the session's language, else in the catalog's own.</summary>
    public string? Text(UInt128 id)
    {
        bool isPlain = _language is "" or "C" or "POSIX";
        int found = isPlain ? -1 : Find(id, _language);
        if (found < 0 && !isPlain && _language.IndexOf('_') is > 0 and var land)
            found = Find(id, _language[..land]);
        if (found < 0)
            found = Find(id, "");
        if (found < 0)
            return null;
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(_items + found * _itemSize + 16 + LanguageSize));
        int texts = _items + _count * _itemSize;
        if (offset >= (ulong)(_file.Length - texts))
            return null;
        var text = _file.AsSpan(texts + (int)offset);
        return Encoding.UTF8.GetString(text[..(text.IndexOf((byte)0) is >= 0 and var end ? end : text.Length)]);
    }

    private UInt128 IdAt(int index) => MemoryMarshal.Read<UInt128>(_file.AsSpan(_items + index * _itemSize));

    private int Find(UInt128 id, string language)
    {
        Span<byte> key = stackalloc byte[16 + LanguageSize];
        key.Clear();
        MemoryMarshal.Write(key, id);
        if (!Encoding.UTF8.TryGetBytes(language, key[16..^1], out int length))
            return -1;
        key = key[..(16 + length + 1)];
        int low = 0, high = _count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            var item = _file.AsSpan(_items + middle * _itemSize, 16 + LanguageSize);
            int order = item[..16].SequenceCompareTo(key[..16]);
            if (order == 0)
                order = item[16..].Slice(0, item[16..].IndexOf((byte)0) + 1).SequenceCompareTo(key[16..]);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return -1;
    }
}
