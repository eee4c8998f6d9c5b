using System.Collections.Immutable;
using Sereno.Keeper;
using Sereno.Manager;

namespace Sereno.Roles;

/// <summary>Generators, and reading all unit files anew.</summary>
public sealed partial class ManagerHost
{
    private readonly List<Action> _afterReload = [];
    private Generators _generators = null!;
    private ImmutableDictionary<string, string> _generatedBefore = ImmutableDictionary<string, string>.Empty;
    private bool _reloading, _reloadAgain;

    /// <summary>At boot nobody is served yet: generators first, then the units that they wrote are found with all others.</summary>
    private void GenerateUnits()
    {
        _generators.Start();
        while (_generators.IsRunning && !_events.OfType<KeeperClosed>().Any())
        {
            _loop.RunOnce((int)(_generators.Remaining ?? 1000));
            _keeper.Flush();
            var events = new List<KeeperEvent>();
            _keeper.Receive(events);
            foreach (var e in events)
                if (!_generators.Take(e))
                    _events.Add(e);
                else if (e is Exited exited)
                    _acknowledge = exited.Sequence;
            _generators.KillLate();
        }
        _files.Rescan();
    }

    /// <summary>daemon-reload: goes on when the generators have ended, which the loop waits for.</summary>
    /// <param name="done">Told at the end; a reload during a reload makes another.</param>
    private void ReloadUnits(Action? done = null)
    {
        if (done is not null)
            _afterReload.Add(done);
        if (_reloading)
        {
            _reloadAgain = true;
            return;
        }
        _reloading = true;
        _generatedBefore = _generators.Gathered;
        _signals.Reloading(true);
        _generators.Start();
        if (!_generators.IsRunning)
            FinishReload();
    }

    /// <summary>True for an event of a generator, the last of which ends a reload.</summary>
    private bool TakenByGenerators(KeeperEvent e)
    {
        if (!_generators.Take(e))
            return false;
        if (e is Exited exited)
            _acknowledge = exited.Sequence;
        if (_reloading && !_generators.IsRunning)
            FinishReload();
        return true;
    }

    private void FinishReload()
    {
        if (_reloadAgain)
        {
            _reloadAgain = false;
            _generators.Start();
            if (_generators.IsRunning)
                return;
        }
        _reloading = false;
        _core.Now = Clock.Now;
        _api.ReplaceGenerated(_generatedBefore, _generators.Gathered);
        _files.Rescan();
        _core.Reload();
        ReviewLimits();
        foreach (string problem in _files.Files.Problems)
            Log(null, LogLevel.Warning, problem);
        _signals.Reloading(false);
        foreach (var done in _afterReload)
            done();
        _afterReload.Clear();
    }
}
