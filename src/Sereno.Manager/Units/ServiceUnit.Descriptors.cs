using System.Collections.Immutable;
using Sereno.Manager.Graph;

namespace Sereno.Manager.Units;

/// <summary>The descriptors that a service leaves with us between two runs (systemd.service(5), FileDescriptorStoreMax=).</summary>
public sealed partial class ServiceUnit
{
    private const int MaxName = 255;

    /// <summary>Newest first: the order in which they are passed on. Null where there never were any.</summary>
    private List<StoredDescriptor>? _stored;

    public IReadOnlyList<StoredDescriptor> Stored => _stored ?? (IReadOnlyList<StoredDescriptor>)[];

    /// <summary>The connection that it serves, or what its socket units listen on: the main process gets them, then the stored ones.</summary>
    private ImmutableArray<StoredDescriptor> Sockets => Connection is not null
        ? Connection.Descriptor != 0 ? [new(Connection.Descriptor, ConnectionName, Polls: false)] : []
        : [.. SocketUnits.SelectMany(s => s.Open)];

    private IEnumerable<SocketUnit> SocketUnits => core.Graph.Of(this, Relation.TriggeredBy)
        .Concat(Config.Sockets.Select(s => core.Graph.TryGet(s, out var unit) ? unit : null)).Distinct().OfType<SocketUnit>().Where(s => !s.Config.Accept);

    /// <summary>Standard input, output and error as the caller had them who made the unit (StandardInputFileDescriptor=); empty where there are none.</summary>
    private ImmutableArray<StoredDescriptor> _streams = [];

    /// <summary>Named as fd: does (systemd.exec(5), StandardInput=); they go with the unit's end.</summary>
    public IReadOnlyList<StoredDescriptor> Streams
    {
        get => _streams;
        set
        {
            ReleaseStreams();
            _streams = [.. value];
            core.MarkChanged(this);
        }
    }

    public static string StreamName(int number) => number switch { 0 => "stdin", 1 => "stdout", _ => "stderr" };

    private void ReleaseStreams()
    {
        foreach (var stream in _streams)
            core.Emit(new DropDescriptor(stream.Id));
        if (!_streams.IsEmpty)
            core.MarkChanged(this);
        _streams = [];
    }

    private void OnDescriptorsNotified(NotifyMessage message)
    {
        string? name = message.Value("FDNAME");
        if (message.Has("FDSTOREREMOVE=1"))
        {
            if (name is null || !IsName(name))
                core.Log(this, LogLevel.Warning, $"{Name}: FDSTOREREMOVE=1 requested, but no valid file descriptor name passed, ignoring.");
            else
                Drop(d => d.Name == name);
        }
        else if (message.Has("FDSTORE=1"))
        {
            if (name is not null && !IsName(name))
            {
                core.Log(this, LogLevel.Warning, $"{Name}: Passed FDNAME= name is invalid, ignoring.");
                name = null;
            }
            Store(message.Descriptors, name ?? "stored", polls: !message.Has("FDPOLL=0"));
        }
    }

    private void Store(IReadOnlyList<PassedDescriptor> descriptors, string name, bool polls)
    {
        foreach (var (id, sameAs) in descriptors)
        {
            if (Stored.Count >= Config.FileDescriptorStoreMax)
            {
                core.Log(this, LogLevel.Warning, $"{Name}: Cannot store more fds than FileDescriptorStoreMax={Config.FileDescriptorStoreMax}, closing remaining.");
                return;
            }
            if (sameAs is { } other && Stored.Any(d => d.Id == other))
                continue;
            (_stored ??= []).Insert(0, new(id, name, polls));
            core.Emit(new StoreDescriptor(Name, id, polls));
            core.MarkChanged(this);
        }
    }

    /// <summary>The other end has gone, so that nobody will miss it.</summary>
    internal void OnDescriptorClosed(ulong id) => Drop(d => d.Id == id);

    /// <summary>Nothing will start that could want them.</summary>
    private void ReleaseDescriptors()
    {
        ReleaseStreams();
        if (_stored is not null)
            Drop(_ => true);
    }

    private void Drop(Predicate<StoredDescriptor> which)
    {
        if (_stored is null)
            return;
        foreach (var descriptor in _stored.FindAll(which))
            core.Emit(new DropDescriptor(descriptor.Id));
        if (_stored.RemoveAll(which) > 0)
            core.MarkChanged(this);
        if (_stored.Count == 0)
            _stored = null;
    }

    /// <summary>Printable ASCII without the colon, which separates the names in $LISTEN_FDNAMES.</summary>
    private static bool IsName(string name) => name.Length <= MaxName && name.All(c => c is >= ' ' and < (char)127 and not ':');
}
