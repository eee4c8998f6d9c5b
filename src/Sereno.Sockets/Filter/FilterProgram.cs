using System.Runtime.CompilerServices;

namespace Sereno.Sockets.Filter;

/// <summary>One condition and where to go on from it: the number of a later step, or past the end.</summary>
internal readonly record struct FilterStep(FilterTerm Term, int Yes, int No);

/// <summary>A filter as conditions in their order, each with jumps forward: what both the kernel and we run.</summary>
internal sealed class FilterProgram
{
    private readonly List<FilterStep> _backwards = [];

    private FilterProgram(FilterExpression expression)
    {
        Emit(expression, -1, -2);
        int count = _backwards.Count;
        (Accept, Reject) = (count, count + 1);
        Steps = new FilterStep[count];
        for (int i = 0; i < count; i++)
        {
            var step = _backwards[count - 1 - i];
            Steps[i] = new(step.Term, Place(step.Yes), Place(step.No));
        }
        _backwards.Clear();

        int Place(int target) => target == -1 ? Accept : target == -2 ? Reject : count - 1 - target;
    }

    public FilterStep[] Steps { get; }
    public int Accept { get; }
    public int Reject { get; }

    /// <exception cref="InsufficientExecutionStackException">Nested deeper than this thread's stack can follow.</exception>
    public static FilterProgram Of(FilterExpression expression) => new(expression);

    public bool Run(in FilterSubject subject)
    {
        int at = 0;
        while (at < Steps.Length)
        {
            ref readonly var step = ref Steps[at];
            at = step.Term.Matches(subject) ? step.Yes : step.No;
        }
        return at == Accept;
    }

    // From the last condition to the first, so that where to jump is known; returns where the expression begins.
    private int Emit(FilterExpression expression, int yes, int no)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case NotExpression not:
                return Emit(not.Operand, no, yes);
            case ListExpression list:
                for (int i = list.Rest.Length - 1; i >= 0; i--)
                {
                    int next = Emit(list.Rest[i].Operand, yes, no);
                    (yes, no) = list.Rest[i].IsAnd ? (next, no) : (yes, next);
                }
                return Emit(list.First, yes, no);
            default:
                _backwards.Add(new((FilterTerm)expression, yes, no));
                return _backwards.Count - 1;
        }
    }
}
