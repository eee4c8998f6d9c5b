using Sereno.Units.Model;

namespace Sereno.Manager.Units;

/// <summary>An instance that serves one connection of a socket with Accept=yes.</summary>
public sealed partial class ServiceUnit
{
    private const string ConnectionName = "connection";

    /// <summary>Null for a service that was not started for a connection.</summary>
    public Connection? Connection { get; private set; }

    internal void Serve(Connection connection)
    {
        Describe(connection);
        core.MarkChanged(this);
    }

    private void Describe(Connection? connection)
    {
        Connection = connection;
        var known = Definition;
        Definition = known; // with the peer in it
    }

    /// <summary>As systemd does, the instance's description tells who is at the other end.</summary>
    protected override UnitDefinition Adapt(UnitDefinition fresh) => Connection is null || fresh.Description.EndsWith($"{Connection.Ends})", StringComparison.Ordinal) ? fresh
        : fresh with { Description = fresh.Description == fresh.Name.Full ? Connection.Ends.ToString() : $"{fresh.Description} ({Connection.Ends})" };

    /// <summary>It ended as soon as it had begun: nobody will ask what it used, nor is anybody left.</summary>
    public bool IsBrief => Connection is not null && core.Now.Monotonic - InactiveExit.Monotonic < 1_000_000;

    /// <summary>Its only process is about to be said to have ended, and its group has gone already.</summary>
    internal void OnGroupGone() => (_groupHasProcesses, _groupIsEmpty, _groupIsGone) = (false, true, true);

    /// <summary>The service has it: as long as we had it too, the client would not see that the service has closed it.</summary>
    private void LetGoOfConnection()
    {
        if (Connection is not { Descriptor: not 0 } held)
            return;
        core.Emit(new DropDescriptor(held.Descriptor));
        Connection = held with { Descriptor = 0 };
        core.MarkChanged(this);
    }

    /// <summary>What was meant for a start that has come to nothing, or for a unit that is forgotten.</summary>
    internal void LetGo()
    {
        EndConnection();
        ReleaseStreams();
    }

    private void EndConnection()
    {
        if (Connection is not { } served)
            return;
        LetGoOfConnection();
        core.OnServed(served.Socket, this);
    }

    private IEnumerable<KeyValuePair<string, string>> ConnectionVariables()
    {
        if (Connection is not { Ends: { Address: { } address, Port: var port } })
            yield break;
        yield return new("REMOTE_ADDR", address);
        if (port is { } number)
            yield return new("REMOTE_PORT", number.ToString());
    }
}
