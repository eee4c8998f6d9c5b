using System.Collections.Immutable;
using Sereno.Bus.Wire;

namespace Sereno.Bus.Server;

/// <summary>An interface with its target's type put away: what dispatch and introspection need.</summary>
public abstract class BusInterface(string name)
{
    public string Name { get; } = name;

    public abstract IEnumerable<(string Name, ImmutableArray<Parameter> In, ImmutableArray<Parameter> Out)> MethodList { get; }
    public abstract IEnumerable<(string Name, string Type, Emits Emits)> PropertyList { get; }
    public List<Signal> Signals { get; } = [];

    internal abstract Invocation? FindMethod(string name, object target);
    internal abstract bool TryWriteVariant(string property, object target, MessageWriter writer);
}

internal sealed record Invocation(string In, string Out, Access Access, Action<MethodCall> Run);

/// <summary>
/// An interface as a table: methods, properties and signals, over targets of one type. Signatures are written
/// <c>"name:type name:type"</c>; property getters are functions of the target, usually a snapshot.
/// </summary>
public sealed class BusInterface<T>(string name) : BusInterface(name) where T : class
{
    private readonly Dictionary<string, Method<T>> _methods = [];
    private readonly Dictionary<string, Property<T>> _properties = [];

    public override IEnumerable<(string, ImmutableArray<Parameter>, ImmutableArray<Parameter>)> MethodList =>
        _methods.Values.Select(m => (m.Name, m.In, m.Out));

    public override IEnumerable<(string, string, Emits)> PropertyList => _properties.Values.Select(p => (p.Name, p.Type, p.Emits));

    public BusInterface<T> Method(string name, string @in, string @out, Access access, Action<T, MethodCall> run)
    {
        _methods.Add(name, new(name, Parameter.List(@in), Parameter.List(@out), access, run));
        return this;
    }

    public BusInterface<T> Property(string name, string type, Action<T, MessageWriter> write, Emits emits = Emits.Never)
    {
        _properties.Add(name, new(name, type, emits, write));
        return this;
    }

    public BusInterface<T> Signal(string name, string parameters = "")
    {
        Signals.Add(new(name, Parameter.List(parameters)));
        return this;
    }

    public BusInterface<T> String(string name, Func<T, string?> get, Emits emits = Emits.Never) =>
        Property(name, "s", (t, w) => w.WriteString(get(t) ?? ""), emits);

    public BusInterface<T> Strings(string name, Func<T, IEnumerable<string>> get, Emits emits = Emits.Never) =>
        Property(name, "as", (t, w) => w.WriteStringArray(get(t)), emits);

    public BusInterface<T> Bool(string name, Func<T, bool> get, Emits emits = Emits.Never) =>
        Property(name, "b", (t, w) => w.WriteBool(get(t)), emits);

    public BusInterface<T> Int32(string name, Func<T, int> get, Emits emits = Emits.Never) =>
        Property(name, "i", (t, w) => w.WriteInt32(get(t)), emits);

    public BusInterface<T> UInt32(string name, Func<T, uint> get, Emits emits = Emits.Never) =>
        Property(name, "u", (t, w) => w.WriteUInt32(get(t)), emits);

    public BusInterface<T> UInt64(string name, Func<T, ulong> get, Emits emits = Emits.Never) =>
        Property(name, "t", (t, w) => w.WriteUInt64(get(t)), emits);

    internal override Invocation? FindMethod(string name, object target) =>
        _methods.TryGetValue(name, out var m)
            ? new(Parameter.SignatureOf(m.In), Parameter.SignatureOf(m.Out), m.Access, call => m.Run((T)target, call))
            : null;

    internal override bool TryWriteVariant(string property, object target, MessageWriter writer)
    {
        if (!_properties.TryGetValue(property, out var p))
            return false;
        writer.WriteVariant(p.Type);
        p.Write((T)target, writer);
        return true;
    }
}
