namespace Sereno.Linux;

/// <summary>The one loop of a process: it says when a descriptor is ready.</summary>
public interface IEventLoop
{
    IWatch Watch(Fd fd, Readiness interest, Action<Readiness> ready);
}

/// <summary>A descriptor being watched. Disposing it ends that, also when the descriptor is closed already.</summary>
public interface IWatch : IDisposable
{
    void Change(Readiness interest);
}
