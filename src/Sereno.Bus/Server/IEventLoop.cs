using Sereno.Linux;

namespace Sereno.Bus.Server;

/// <summary>The one loop of the process that hosts a server: it says when a descriptor is ready.</summary>
public interface IEventLoop
{
    IWatch Watch(Fd fd, Readiness interest, Action<Readiness> ready);
}

/// <summary>A descriptor being watched. Disposing it ends that, also when the descriptor is closed already.</summary>
public interface IWatch : IDisposable
{
    void Change(Readiness interest);
}
