using System.Collections.Immutable;
using Sereno.Manager.Jobs;
using Sereno.Manager.Units;
using Sereno.Units.Model;

namespace Sereno.Manager;

/// <summary>Somebody who is neither root nor the owner of the instance, as the kernel knows him.</summary>
/// <param name="Groups">All of his groups.</param>
public sealed record Stranger(int Pid, uint Uid, ImmutableArray<uint> Groups);

/// <summary>[X-Sereno] AllowStart=: who else may start a unit, and what he can't reach by that (docs/model.md).</summary>
public sealed partial class ManagerCore
{
    /// <summary>What the kernel shows in place of accounts that have no number here (user_namespaces(7)): anybody's, so nobody's.</summary>
    private const uint Overflow = 65534;

    private const int MaxRefusalsLogged = 10;
    private const ulong RefusalSpan = 10_000_000;
    private readonly Dictionary<uint, (ulong Since, int Count)> _refusals = [];

    /// <summary>Lets a stranger's request pass, which is logged.</summary>
    /// <param name="isStart">Nothing else is anybody's to be permitted.</param>
    /// <exception cref="ManagerException">It isn't permitted; that is logged too.</exception>
    public void Admit(Stranger who, Unit unit, bool isStart, JobMode mode)
    {
        string name = Machine.FindUser(who.Uid.ToString())?.Name ?? who.Uid.ToString();
        string account = $"user {name} (uid {who.Uid})";
        var allowed = unit.Definition is { LoadState: LoadState.Loaded, Sereno.AllowStart: var words } ? words : [];
        string owner = Facts.IsSystem ? "root" : "the owner of this instance";
        string? cause = !isStart ? $"only {owner} may do that"
            : allowed.IsEmpty ? $"only {owner} may; AllowStart={name} in [X-Sereno] of the unit would permit it"
            : allowed.FirstOrDefault(w => IsMeant(w, who)) is null ? $"AllowStart={string.Join(' ', allowed)} names neither that user nor a group of theirs"
            : mode is not (JobMode.Replace or JobMode.Fail) ? $"AllowStart= permits the job modes replace and fail, not {ModeName(mode)}"
            : null;
        if (cause is not null)
        {
            LogRefusal(who, unit, $"{unit}: Refused a start that {account}, PID {who.Pid}, asked for: {cause}.");
            throw new ManagerException(ManagerErrorKind.AccessDenied, $"Access denied for {account}: {cause}.");
        }
        Log(unit, LogLevel.Info, $"{unit}: Start asked for by {account}, PID {who.Pid}, as AllowStart= permits.");
    }

    /// <summary>The file's names, by this machine's accounts; the caller's numbers, by the kernel.</summary>
    private bool IsMeant(string word, Stranger who) => word.StartsWith('@')
        ? Machine.FindGroup(word[1..]) is { } group and not Overflow && who.Groups.Contains(group)
        : Machine.FindUser(word) is { Uid: var uid and not Overflow } && uid == who.Uid;

    /// <summary>Who may start a unit starts what that needs. To stop others by Conflicts=, or to call off what somebody else has asked for, is more than that.</summary>
    private static void CheckOnlyStarts(Transaction transaction)
    {
        foreach (var (unit, type) in transaction.Jobs)
            if (type is not (JobType.Start or JobType.VerifyActive))
                throw new ManagerException(ManagerErrorKind.AccessDenied, $"Access denied: starting {transaction.Anchor} would {type.Name()} {unit}, which only root may.");
            else if (unit.Job is { } old && JobTypes.Conflict(old.Type, type))
                throw new ManagerException(ManagerErrorKind.AccessDenied, $"Access denied: {unit} has a '{old.Type.Name()}' job queued, which only root may replace.");
    }

    /// <summary>How many instances of a template that a stranger may start are kept when they have failed.</summary>
    private const int MaxFailedInstances = 64;
    private readonly Dictionary<UnitName, Queue<Unit>> _failedInstances = [];

    /// <summary>He chooses their names: one that fails with every name mustn't fill the memory. The newest are left for who wants to know.</summary>
    private void LimitFailed(Unit unit)
    {
        if (unit is not { Active: ActiveState.Failed, Definition.Sereno.AllowStart.IsEmpty: false, Name.Template: { } template })
            return;
        if (!_failedInstances.TryGetValue(template, out var failed))
            _failedInstances[template] = failed = new();
        failed.Enqueue(unit);
        if (failed.Count > MaxFailedInstances && failed.Dequeue() is { Active: ActiveState.Failed, Job: null } oldest && oldest != unit)
            oldest.ResetFailed();
    }

    /// <summary>Everybody can ask: who is refused again and again doesn't fill the log.</summary>
    private void LogRefusal(Stranger who, Unit unit, string message)
    {
        if (_refusals.Count > 1000)
            _refusals.Clear();
        var (since, count) = _refusals.GetValueOrDefault(who.Uid);
        if (since == 0 || since + RefusalSpan < Now.Monotonic)
            (since, count) = (Now.Monotonic, 0);
        _refusals[who.Uid] = (since, ++count);
        var about = unit.Definition.LoadState == LoadState.Loaded ? unit : null;
        if (count <= MaxRefusalsLogged)
            Log(about, LogLevel.Warning, message);
        else if (count == MaxRefusalsLogged + 1)
            Log(null, LogLevel.Warning, $"Refused more than {MaxRefusalsLogged} starts that uid {who.Uid} asked for; the next are not logged.");
    }

    private static string ModeName(JobMode mode) => string.Concat(mode.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
