using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Sereno.Tests.Sockets.Lab;

/// <summary>One lab for the tests of a class, with every specimen, or with those whose timers never change their number of digits.</summary>
/// <remarks>It is made anew before its TIME-WAITs end: they last a minute.</remarks>
public sealed class SharedLab : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(30);

    private static readonly Specimen[] s_ticking =
    [
        Specimen.SynSentV4, Specimen.SynSentV6, Specimen.SynReceivedV4, Specimen.SynReceivedV6, Specimen.SynReceivedDeferred,
        Specimen.ListenOverflowing, Specimen.FinWait1Orphaned, Specimen.FinWait2Orphaned, Specimen.LastAckOrphaned,
    ];

    private Tenant? _all, _still;

    public void RunAmongAll(Action test) => Run(ref _all, Recipes.All, test);

    public void RunAmongStill(Action test) => Run(ref _still, Recipes.All.Except(s_ticking), test);

    public void Dispose()
    {
        _all?.Dispose();
        _still?.Dispose();
    }

    private static void Run(ref Tenant? tenant, IEnumerable<Specimen> specimens, Action test)
    {
        if (tenant?.Age > s_fresh)
        {
            tenant.Dispose();
            tenant = null;
        }
        (tenant ??= new([.. specimens])).Run(test);
    }

    /// <summary>A thread that stays in the namespace of its lab and does there what tests want done.</summary>
    private sealed class Tenant : IDisposable
    {
        private readonly BlockingCollection<Action> _jobs = [];
        private readonly Stopwatch _age = Stopwatch.StartNew();
        private readonly Thread _thread;
        private Exception? _failure;

        public Tenant(Specimen[] specimens)
        {
            _thread = new Thread(() => Live(specimens));
            _thread.Start();
        }

        public TimeSpan Age => _age.Elapsed;

        public void Run(Action test)
        {
            using var done = new ManualResetEventSlim();
            ExceptionDispatchInfo? failure = null;
            _jobs.Add(() =>
            {
                try
                {
                    if (_failure is not null)
                        ExceptionDispatchInfo.Throw(_failure);
                    test();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
                done.Set();
            });
            done.Wait();
            failure?.Throw();
        }

        public void Dispose()
        {
            _jobs.CompleteAdding();
            _thread.Join();
            _jobs.Dispose();
        }

        // A lab that can't be made, or may not, is every test's failure, or reason to be skipped.
        private void Live(Specimen[] specimens)
        {
            try
            {
                NetworkNamespace.Run(() =>
                {
                    using var lab = new SocketLab();
                    lab.Add(specimens);
                    DoJobs();
                });
            }
            catch (Exception e)
            {
                _failure = e;
                DoJobs();
            }
        }

        private void DoJobs()
        {
            foreach (var job in _jobs.GetConsumingEnumerable())
                job();
        }
    }
}
