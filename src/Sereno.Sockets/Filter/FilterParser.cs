using System.Collections.Immutable;

namespace Sereno.Sockets.Filter;

/// <summary>
/// Reads a filter one word ahead, as ss does: what is wrong first is told, be it a word or the order of words. Nesting is kept on
/// a stack of our own, as deep as ss's generated parser goes.
/// </summary>
internal sealed class FilterParser
{
    // YYMAXDEPTH of ss's parser: states on its stack, the first of which is always there.
    private const int MaxDepth = 10_000;

    private sealed class Level(int depth, FilterPosition opened)
    {
        public readonly int Depth = depth;
        public readonly FilterPosition Opened = opened;
        public readonly ImmutableArray<FilterLink>.Builder Links = ImmutableArray.CreateBuilder<FilterLink>();
        public bool NextIsOr;
        public int Nots;
    }

    private readonly FilterLexer _lexer;
    private readonly IFilterNames _names;
    private readonly FilterContext _context;
    private readonly Stack<Level> _outer = new();
    private Level _level = new(1, default);
    private int _depth = 1;

    private FilterToken _token;
    private FilterToken _keyword; // the last src, dport, dev, ...: it says how a value is read
    private object? _value;
    private FilterProblem? _misplaced;

    public FilterParser(FilterLexer lexer, IFilterNames names, FilterContext context) =>
        (_lexer, _names, _context, Preferred) = (lexer, names, context, context.PreferredFamily);

    /// <summary>The family of the last host that named one: only its sockets are shown, and hosts without one are of it.</summary>
    public SocketFamily Preferred { get; private set; }

    /// <summary>Any host had a family.</summary>
    public bool Selects { get; private set; }

    /// <summary>The whole filter; null for an empty one.</summary>
    /// <exception cref="FilterException">It can't be understood.</exception>
    public FilterExpression? Parse()
    {
        Advance(FilterProblem.ExpectedCondition);
        if (_token.Kind == FilterTokenKind.End)
            return null;
        while (true)
        {
            if (BeginsNested())
                continue;
            Complete(Term());
            while (_token.Kind == FilterTokenKind.Close && _outer.Count > 0)
            {
                var inner = Finish();
                Advance(FilterProblem.ExpectedConnective);
                Complete(inner);
            }
            if (_token.Kind is FilterTokenKind.And or FilterTokenKind.Or)
            {
                _level.NextIsOr = _token.Kind == FilterTokenKind.Or;
                Shift();
                Advance(FilterProblem.ExpectedCondition);
            }
            else if (_token.Kind == FilterTokenKind.End)
            {
                if (_outer.Count > 0)
                    throw Syntax(FilterProblem.UnclosedParenthesis, position: _level.Opened);
                return Finish();
            }
            else if (_token.Kind is FilterTokenKind.Close or (>= FilterTokenKind.AtLeast and <= FilterTokenKind.Value))
                throw Syntax(FilterProblem.ExpectedConnective);
        }
    }

    private bool BeginsNested()
    {
        if (_token.Kind == FilterTokenKind.Not)
            _level.Nots++;
        else if (_token.Kind != FilterTokenKind.Open)
            return false;
        Shift();
        if (_token.Kind == FilterTokenKind.Open)
        {
            _outer.Push(_level);
            _level = new(_depth, _token.Position);
        }
        Advance(FilterProblem.ExpectedCondition);
        return true;
    }

    // What is wanted stands on the level now, as one entry of the stack.
    private void Complete(FilterExpression expression)
    {
        for (; _level.Nots > 0; _level.Nots--)
            expression = new NotExpression(expression);
        _level.Links.Add(new(!_level.NextIsOr, expression));
        _level.NextIsOr = false;
        _depth = _level.Depth + 1;
    }

    private FilterExpression Finish()
    {
        var links = _level.Links;
        if (_outer.Count > 0)
            _level = _outer.Pop();
        return links.Count == 1 ? links[0].Operand : new ListExpression(links[0].Operand, [.. links.Skip(1)]);
    }

    private FilterExpression Term()
    {
        if (_token.Kind is < FilterTokenKind.Destination or > FilterTokenKind.Autobound)
            throw Syntax(FilterProblem.ExpectedCondition);
        Shift();
        if (_token.Kind == FilterTokenKind.Autobound)
        {
            Advance(FilterProblem.ExpectedConnective);
            return new AutoboundTerm();
        }
        Advance(null);
        Shift(); // the relation, or ss's rule for none
        var relation = FilterTokenKind.Equal;
        if (_token.Kind is >= FilterTokenKind.AtLeast and <= FilterTokenKind.Less)
        {
            relation = _token.Kind;
            bool known = _keyword.Kind switch
            {
                FilterTokenKind.SourcePort or FilterTokenKind.DestinationPort => true,
                FilterTokenKind.Source or FilterTokenKind.Destination => relation == FilterTokenKind.Equal,
                _ => relation is FilterTokenKind.Equal or FilterTokenKind.NotEqual,
            };
            if (!known)
                throw Syntax(FilterProblem.WrongRelation, _keyword.Text);
            Advance(null);
        }
        if (_token.Kind != FilterTokenKind.Value)
            throw Syntax(FilterProblem.ExpectedValue, _keyword.Text);
        Shift();
        var term = Make(relation);
        Advance(FilterProblem.ExpectedConnective);
        return term;
    }

    private FilterExpression Make(FilterTokenKind relation)
    {
        if (_value is not HostCondition host)
            return Unless(relation == FilterTokenKind.NotEqual, (FilterTerm)_value!);
        var side = _keyword.Kind is FilterTokenKind.Source or FilterTokenKind.SourcePort ? FilterSide.Source : FilterSide.Destination;
        return relation switch
        {
            FilterTokenKind.AtLeast => new PortTerm(side, PortBound.AtLeast, host),
            FilterTokenKind.AtMost => new PortTerm(side, PortBound.AtMost, host),
            FilterTokenKind.Greater => Unless(true, new PortTerm(side, PortBound.AtMost, host)),
            FilterTokenKind.Less => Unless(true, new PortTerm(side, PortBound.AtLeast, host)),
            _ => Unless(relation == FilterTokenKind.NotEqual, new HostTerm(side, host)),
        };
    }

    private static FilterExpression Unless(bool not, FilterTerm term) => not ? new NotExpression(term) : term;

    /// <param name="misplaced">What a value would be here; null where one belongs.</param>
    private void Advance(FilterProblem? misplaced)
    {
        _misplaced = misplaced;
        _token = _lexer.Next();
        if (_token.Kind is >= FilterTokenKind.Destination and <= FilterTokenKind.Autobound)
            _keyword = _token;
        if (_token.Kind == FilterTokenKind.Value)
            _value = ReadValue(_token.Text);
    }

    // ss reads a value as soon as it sees the word, wherever it stands.
    private object ReadValue(string text)
    {
        switch (_keyword.Kind)
        {
            case FilterTokenKind.Device:
                if (InterfaceIndex.Of(text, _names) is > 0 and var index)
                    return new DeviceTerm(index);
                return CNumber.TryUnsigned(text, uint.MaxValue, out uint number) ? new DeviceTerm(number)
                    : throw BadValue(FilterProblem.UnknownDevice, "Cannot parse device.\n");
            case FilterTokenKind.Mark:
                return ReadMark(text) ?? throw BadValue(FilterProblem.BadMark, $"Cannot parse mark {text}.\n");
            case FilterTokenKind.Cgroup:
                return _names.CgroupOf(text, out string error) is > 0 and var id ? new CgroupTerm(text, id)
                    : throw BadValue(FilterProblem.UnknownCgroup, $"{error}{(error.Length > 0 ? "\n" : "")}Cannot parse cgroup {text}.\n", error);
            default:
                return ReadHost(text, _keyword.Kind is FilterTokenKind.SourcePort or FilterTokenKind.DestinationPort);
        }
    }

    private HostCondition ReadHost(string text, bool isPort)
    {
        try
        {
            var host = new HostReader(_names, _context with { PreferredFamily = Preferred }).Read(text, isPort);
            if (host.Selects != SocketFamily.Unspecified)
                (Preferred, Selects) = (host.Selects, true);
            return host;
        }
        catch (HostFormatException e)
        {
            throw BadValue(e.Problem, e.SsText + "Cannot parse dst/src address.\n", e.Subject);
        }
    }

    private static MarkTerm? ReadMark(string text)
    {
        int length = CNumber.Scan(text, out uint mark);
        uint mask = uint.MaxValue;
        if (length == 0 || text.Contains('/') && (length == text.Length || text[length] != '/' || CNumber.Scan(text.AsSpan(length + 1), out mask) == 0))
            return null;
        return new(mark, mask);
    }

    private void Shift()
    {
        if (++_depth == MaxDepth)
            throw Syntax(FilterProblem.NestedTooDeep, ssText: "memory exhausted");
    }

    // A word that isn't where a value belongs is wrong by its place, whatever it is in itself.
    private FilterException BadValue(FilterProblem problem, string ssText, string subject = "") =>
        new(_misplaced ?? problem, _token.Position, _token.Text, _misplaced is null ? subject : "", ssText, exitCode: 1, showsUsage: false);

    private FilterException Syntax(FilterProblem problem, string subject = "", FilterPosition? position = null, string ssText = "syntax error") =>
        new(problem, position ?? _token.Position, _token.Text, subject, $"ss: bison bellows (while parsing filter): \"{ssText}!\" Sorry.\n", exitCode: 255, showsUsage: true);
}
