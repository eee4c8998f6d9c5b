namespace Sereno.Journal.Read;

/// <summary>Which entries are wanted, as sd_journal_add_match(3) puts it together: values of one field are alternatives, different
/// fields are all wanted; such terms are alternatives behind a disjunction, and all wanted behind a conjunction.</summary>
public sealed class Matches
{
    // Conjunctions of disjunctions of terms.
    private readonly List<List<List<MatchedField>>> _all = [];
    private List<List<MatchedField>>? _alternatives;
    private List<MatchedField>? _term;

    public bool IsEmpty => _all.Count == 0;

    internal IReadOnlyList<IReadOnlyList<IReadOnlyList<MatchedField>>> All => _all;

    /// <summary>False for what is no FIELD=value.</summary>
    public bool Add(ReadOnlySpan<byte> match)
    {
        int equals = match.IndexOf((byte)'=');
        if (equals < 1 || match.StartsWith("__"u8) || !IsName(match[..equals]))
            return false;
        if (_alternatives is null)
            _all.Add(_alternatives = []);
        if (_term is null)
            _alternatives.Add(_term = []);
        foreach (var field in _term)
            if (field.Values[0].AsSpan().StartsWith(match[..(equals + 1)]))
            {
                foreach (byte[] value in field.Values)
                    if (match.SequenceEqual(value))
                        return true;
                field.Values.Add(match.ToArray());
                return true;
            }
        _term.Add(new([match.ToArray()]));
        return true;
    }

    public bool Add(string match) => Add(System.Text.Encoding.UTF8.GetBytes(match));

    /// <summary>What is added from now on is wanted as well as what was added before.</summary>
    public void AddConjunction() => (_alternatives, _term) = (null, null);

    /// <summary>What is added from now on is wanted instead of the last term, if there is one.</summary>
    public void AddDisjunction() => _term = null;

    public void Clear()
    {
        _all.Clear();
        AddConjunction();
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name)
            if (b is not ((byte)'_' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')))
                return false;
        return true;
    }
}

/// <summary>One field, and the values that it may have; each with the name before it.</summary>
internal sealed record MatchedField(List<byte[]> Values);
