using System.Collections.Immutable;
using Sereno.Bus.Wire;

namespace Sereno.Bus.Server;

/// <summary>Who may call: everybody reads; control is for root and the owner of the instance. Of a start the manager decides, whoever asks.</summary>
public enum Access { Read, Control, Start }

/// <summary>How a property tells of its changes (the EmitsChangedSignal annotation).</summary>
public enum Emits { Never, Const, Change, Invalidation }

public sealed record Parameter(string Name, string Type)
{
    /// <summary>From <c>"name:s mode:s"</c>.</summary>
    public static ImmutableArray<Parameter> List(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')).Select(p => new Parameter(p[0], p[1]))];

    public static string SignatureOf(ImmutableArray<Parameter> parameters) => string.Concat(parameters.Select(p => p.Type));
}

public sealed record Method<T>(string Name, ImmutableArray<Parameter> In, ImmutableArray<Parameter> Out, Access Access, Action<T, MethodCall> Run);

public sealed record Property<T>(string Name, string Type, Emits Emits, Action<T, MessageWriter> Write);

public sealed record Signal(string Name, ImmutableArray<Parameter> Parameters);
