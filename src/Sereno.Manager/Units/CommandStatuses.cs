using System.Collections;

namespace Sereno.Manager.Units;

/// <summary>How each of a service's commands went, in the order in which they were run first. Most services have one: a dictionary
/// would weigh four times as much, in each of a thousand.</summary>
public sealed class CommandStatuses : IEnumerable<KeyValuePair<CommandKey, CommandStatus>>
{
    private KeyValuePair<CommandKey, CommandStatus>[] _all = [];

    public void Set(CommandKey key, CommandStatus status)
    {
        int index = Array.FindIndex(_all, c => c.Key == key);
        if (index < 0)
            Array.Resize(ref _all, (index = _all.Length) + 1);
        _all[index] = new(key, status);
    }

    /// <summary>Null for a command that has not been run.</summary>
    public CommandStatus? Find(CommandKey key) => Array.Find(_all, c => c.Key == key).Value;

    public void Clear() => _all = [];

    public IEnumerator<KeyValuePair<CommandKey, CommandStatus>> GetEnumerator() => _all.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
