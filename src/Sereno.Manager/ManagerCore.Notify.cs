using Sereno.Manager.Checkpoint;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>What services say. A process may speak before the keeper's answer tells which one it is: its word is kept until then.</summary>
public sealed partial class ManagerCore
{
    /// <summary>Kept for one service; whoever says more in that moment isn't waited for.</summary>
    private const int EarlyMax = 64;

    private readonly List<(ServiceUnit Service, NotifyMessage Message)> _early = [];

    /// <summary>Descriptors that came with what is kept: they are still wanted.</summary>
    public IEnumerable<ulong> AwaitedDescriptors => _early.SelectMany(e => e.Message.Descriptors).Select(d => d.Id);

    public void OnNotified(UnitName unit, NotifyMessage message) => Tell(unit, service =>
    {
        if (service.MayBeOurs(message.Sender) && _early.Count(e => e.Service == service) < EarlyMax)
        {
            _early.Add((service, message));
            MarkChanged(service);
        }
        else
            service.Heed(message);
    });

    /// <summary>Asked after each event: however a spawn was answered or given up, nothing stays here for it.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool HeedEarly()
    {
        int at = _early.FindIndex(e => !e.Service.MayBeOurs(e.Message.Sender));
        if (at < 0)
            return false;
        var (service, message) = _early[at];
        _early.RemoveAt(at);
        MarkChanged(service);
        service.Heed(message);
        return true;
    }

    /// <summary>Without the descriptors, which are the host's.</summary>
    private EarlyCheckpoint[] EarlyOf(ServiceUnit service) =>
        [.. _early.Where(e => e.Service == service).Select(e => new EarlyCheckpoint(e.Message.Sender, [.. e.Message.Lines]))];

    private void RestoreEarly(ServiceUnit service, EarlyCheckpoint[] saved) =>
        _early.AddRange(saved.Select(e => (service, new NotifyMessage(e.Sender, e.Lines, []))));
}
