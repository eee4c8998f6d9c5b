namespace Sereno.Bus.Server;

/// <summary>Answers a call with a value, or with an error; the first answer counts.</summary>
public sealed class Reply<T>(Action<T> succeed, Action<BusException> fail)
{
    public void Succeed(T value) => succeed(value);

    public void Fail(BusException error) => fail(error);

    public void Fail(string name, string message) => fail(new(name, message));
}

/// <summary>Answers a call that returns nothing.</summary>
public sealed class Reply(Action succeed, Action<BusException> fail)
{
    public void Succeed() => succeed();

    public void Fail(BusException error) => fail(error);

    public void Fail(string name, string message) => fail(new(name, message));
}
