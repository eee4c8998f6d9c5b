using System.Collections.Frozen;
using System.Text;

namespace Sereno.Units.Values;

/// <summary>A convention by which a process calls the kernel; a processor has a few.</summary>
public enum SystemCallAbi { X86_64, X86, X32, Arm64, Arm }

/// <summary>The kernel's system calls by name, with their numbers in each convention. An index names a call compactly and sorts by name.</summary>
public static partial class SystemCalls
{
    private const int Abis = 5;

    public static IEnumerable<string> Names => Parsed.Names;

    public static int Count => Parsed.Names.Length;

    /// <summary>The call's index, or null where no processor has it.</summary>
    public static int? Find(string name) => Parsed.Indexes.TryGetValue(name, out int index) ? index : null;

    public static string Name(int index) => Parsed.Names[index];

    /// <summary>The number in a convention (for x32 without the bit that marks it); null where it hasn't got the call.</summary>
    public static int? Number(int index, SystemCallAbi abi) => Parsed.Numbers[index * Abis + (int)abi] is >= 0 and var number ? number : null;

    public static int? Number(string name, SystemCallAbi abi) => Find(name) is { } index ? Number(index, abi) : null;

    /// <summary>A class of its own: only who filters system calls pays for the table.</summary>
    private static class Parsed
    {
        public static readonly string[] Names;
        public static readonly int[] Numbers;
        public static readonly FrozenDictionary<string, int> Indexes;

        static Parsed()
        {
            string[] rows = Encoding.ASCII.GetString(Table).Split('\n');
            Names = new string[rows.Length];
            Numbers = new int[rows.Length * Abis];
            foreach (var (index, row) in rows.Index())
            {
                string[] fields = row.Split(' ');
                Names[index] = fields[0];
                for (int abi = 0; abi < Abis; abi++)
                    Numbers[index * Abis + abi] = fields[1 + abi] == "-" ? -1 : int.Parse(fields[1 + abi]);
            }
            Indexes = Names.Index().ToFrozenDictionary(n => n.Item, n => n.Index);
        }
    }
}
