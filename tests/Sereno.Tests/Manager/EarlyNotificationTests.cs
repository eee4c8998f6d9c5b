using CsCheck;
using Sereno.Manager.Jobs;
using Sereno.Manager.Spawn;
using Sereno.Manager.Units;
using Sereno.Tests.Simulation;
using Sereno.Units.Model;
using Xunit;

namespace Sereno.Tests.Manager;

/// <summary>Words that come before the keeper's answer, in every order with what else may happen meanwhile.</summary>
public class EarlyNotificationTests
{
    private enum Step { Start, Stop, Restart, DaemonReload, Speak, Pass, Kill, Crash, Refuse, Permit, Wait, WaitLong }

    private static readonly Gen<Step[]> s_steps = Gen.Enum<Step>().Array[1, 30];

    private static readonly Gen<(ulong Delay, ServiceType Type, bool HasPost)> s_service =
        Gen.Select(Of(10UL, 3_000UL, 3_000_000UL), Of(ServiceType.Notify, ServiceType.Simple, ServiceType.Forking), Gen.Bool);

    [Fact]
    public void Nothing_is_kept_once_no_answer_is_awaited() => Gen.Select(s_steps, s_service).Sample((steps, service) =>
    {
        var host = new SimulatedHost(UnitTable.Service("a", service.Type, s => s with
        {
            NotifyAccess = NotifyAccess.All,
            TimeoutStartUsec = 1_000_000,
            TimeoutStopUsec = 1_000_000,
            FileDescriptorStoreMax = 4,
            ExecStartPost = service.HasPost ? [UnitTable.Command("/bin/post")] : [],
        }))
        {
            SpawnDelay = _ => service.Delay,
            Programs = { ["/bin/post"] = Behaviour.Succeeds },
        };
        ulong descriptor = 1;
        foreach (var step in steps)
        {
            Take(host, step, ref descriptor);
            var a = host.Service("a");
            if (a.Main.SpawnId + a.Control.SpawnId == 0)
                Assert.Empty(host.Core.AwaitedDescriptors);
        }
        host.Run(60_000_000);
        Assert.Empty(host.Core.AwaitedDescriptors);
    }, iter: 2_000);

    [Fact]
    public void A_first_word_survives_the_manager_and_a_reload() => Gen.Enum<Step>().Where(s => s is Step.DaemonReload or Step.Crash or Step.Wait).Array[0, 5].Sample(steps =>
    {
        var host = new SimulatedHost(UnitTable.Service("a", ServiceType.Notify)) { SpawnDelay = _ => 3_000 };
        host.Start("a.service");
        host.Notify("a", host.Processes[^1].Pid, "STATUS=here\nREADY=1");
        ulong none = 0;
        foreach (var step in steps)
            Take(host, step, ref none);
        host.Run(10_000_000);
        Assert.Equal((ServiceState.Running, "here"), (host.Service("a").State, host.Service("a").StatusText));
        Assert.DoesNotContain(host.Log, l => l.Contains("reception"));
    }, iter: 200);

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Take(SimulatedHost host, Step step, ref ulong descriptor)
    {
        int speaker = host.Processes.LastOrDefault()?.Pid ?? 1;
        switch (step)
        {
            case Step.Start or Step.Stop or Step.Restart:
                host.Enqueue("a.service", step switch { Step.Start => JobType.Start, Step.Stop => JobType.Stop, _ => JobType.Restart });
                break;
            case Step.DaemonReload:
                host.Do(host.Core.Reload);
                break;
            case Step.Speak:
                host.Notify("a", speaker, "READY=1");
                break;
            case Step.Pass:
                host.Store("a", speaker, "FDSTORE=1", new PassedDescriptor(descriptor++));
                break;
            case Step.Kill when host.Processes.LastOrDefault() is { IsAlive: true } process && process.Started <= host.Now:
                host.Kill(process.Pid);
                break;
            case Step.Kill:
                break;
            case Step.Crash:
                host.Crash();
                break;
            case Step.Refuse:
                host.SpawnFailure = _ => (PlanException.NoProcess, "no process");
                break;
            case Step.Permit:
                host.SpawnFailure = _ => null;
                break;
            case Step.Wait:
                host.Run(1_000);
                break;
            case Step.WaitLong:
                host.Run(1_500_000);
                break;
        }
    }
}
