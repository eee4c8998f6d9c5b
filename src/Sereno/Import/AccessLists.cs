using System.Buffers.Binary;
using System.Net;
using Sereno.Texts;

namespace Sereno.Import;

/// <summary>xinetd's only_from and no_access as IPAddressAllow= and IPAddressDeny=. Of the two the closer match counts there, and what
/// is allowed here: so what is kept out is taken out of what is let in. In doubt less is let in.</summary>
public static class AccessLists
{
    /// <param name="onlyFrom">Null where nothing is said.</param>
    /// <returns>Null where somebody couldn't be kept out.</returns>
    public static List<string>? Lines(IReadOnlyList<string>? onlyFrom, IReadOnlyList<string> noAccess, Action<ImportProblem, string> note)
    {
        var allowed = new List<Block>();
        foreach (string word in onlyFrom ?? [])
            if (Block.Parse(word) is { } blocks)
                allowed.AddRange(blocks);
            else
                note(ImportProblem.HostLeftOut, word);
        var denied = new List<Block>();
        foreach (string word in noAccess)
            if (Block.Parse(word) is { } blocks)
                denied.AddRange(blocks);
            else
            {
                note(ImportProblem.CannotKeepOut, word);
                return null;
            }
        if (onlyFrom is null)
            return denied.Count == 0 ? [] : [$"IPAddressDeny={string.Join(' ', denied)}"];
        foreach (var block in denied)
            allowed = [.. allowed.SelectMany(a => a.Without(block))];
        return allowed.Count == 0 ? ["IPAddressDeny=any"] : [$"IPAddressAllow={string.Join(' ', allowed.Distinct())}", "IPAddressDeny=any"];
    }

    /// <summary>A network, its address at the upper end of 128 bits.</summary>
    private readonly record struct Block(bool IsIPv6, UInt128 Address, int Length)
    {
        private int Longest => IsIPv6 ? 128 : 32;

        /// <summary>Address, network, 10.0.0.0 for 10.0.0.0/8, 10.0.{1,2}; null for a name.</summary>
        public static IReadOnlyList<Block>? Parse(string word)
        {
            if (word.Contains(':') || word.Contains('/'))
            {
                int slash = word.IndexOf('/');
                string text = slash < 0 ? word : word[..slash];
                if (!IPAddress.TryParse(text, out var ip) || (!text.Contains(':') && text.Split('.').Length != 4) || text.Contains('%') || text.Contains('['))
                    return null;
                int longest = text.Contains(':') ? 128 : 32, length = longest;
                return slash >= 0 && (!int.TryParse(word[(slash + 1)..], System.Globalization.NumberStyles.None, null, out length) || length > longest) ? null : [Of(ip.GetAddressBytes(), length)];
            }
            int brace = word.IndexOf('{');
            if (brace < 0)
                return Dotted(word) is { } one ? [one] : null;
            if (!word.EndsWith('}'))
                return null;
            Block?[] several = [.. word[(brace + 1)..^1].Split(',').Select(last => Dotted(word[..brace] + last, wildcard: false))];
            return several.All(b => b is not null) ? [.. several.Select(b => b!.Value)] : null;
        }

        /// <summary>All of it that isn't in another one; what is as close or closer than that stays.</summary>
        public IEnumerable<Block> Without(Block other)
        {
            if (IsIPv6 != other.IsIPv6 || other.Length < Length || (other.Address & Mask(Length)) != Address)
                return [this];
            return other.Length == Length ? [] : Halves.SelectMany(h => h.Without(other));
        }

        public override string ToString()
        {
            byte[] bytes = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
            var ip = new IPAddress(IsIPv6 ? bytes : bytes[..4]);
            return Length == Longest ? $"{ip}" : $"{ip}/{Length}";
        }

        private IEnumerable<Block> Halves => [this with { Length = Length + 1 }, this with { Address = Address | UInt128.One << (127 - Length), Length = Length + 1 }];

        private static UInt128 Mask(int length) => length == 0 ? 0 : UInt128.MaxValue << (128 - length);

        private static Block Of(byte[] bytes, int length)
        {
            byte[] all = new byte[16];
            bytes.CopyTo(all, 0);
            return new(bytes.Length == 16, BinaryPrimitives.ReadUInt128BigEndian(all) & Mask(length), length);
        }

        /// <param name="wildcard">Components that are 0 at the right stand for any.</param>
        private static Block? Dotted(string text, bool wildcard = true)
        {
            string[] parts = text.Split('.');
            if (parts.Length > 4 || !parts.All(p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit) && int.Parse(p) <= 255))
                return null;
            byte[] bytes = [.. parts.Select(byte.Parse), .. new byte[4 - parts.Length]];
            int known = parts.Length;
            while (wildcard && known > 0 && bytes[known - 1] == 0)
                known--;
            return Of(bytes, known * 8);
        }
    }
}
