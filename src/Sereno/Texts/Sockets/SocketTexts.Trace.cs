using Sereno.Sockets.Trace;

namespace Sereno.Texts;

public abstract partial class SocketTexts
{
    /// <summary>How changes are seen, and what that misses.</summary>
    public abstract string TraceSource(TraceSourceKind source);

    /// <summary>What is missed of the sockets of other network namespaces.</summary>
    public abstract string TraceElsewhere(TraceSourceKind source);
    public abstract string TraceRefused(string reason);
    public abstract string TraceSummary(long changes, long ended);
    public abstract string TraceLost(ulong records);
    public abstract string TraceUnseen(ulong changes);
    public abstract string TraceLostEnds(int times);
}

internal sealed partial class EnglishSocketTexts
{
    public override string TraceSource(TraceSourceKind source) => source switch
    {
        TraceSourceKind.Perf => "source: perf (tracepoints): every change as it happens; what becomes of TIME-WAIT is looked up once a second",
        TraceSourceKind.Destroy => "source: destroy (netlink) and dumps: states between two dumps are missed, and of connections shorter than that all but the end",
        TraceSourceKind.Poll => "source: poll (dumps): connections that live between two dumps are missed, and byte counts",
    };

    public override string TraceElsewhere(TraceSourceKind source) => source == TraceSourceKind.Perf
        ? "of other network namespaces neither TIME-WAIT nor byte counts are seen: --netns NAME sees one's" : "other network namespaces are not seen: --netns NAME sees one";

    public override string TraceRefused(string reason) => $"a better source isn't permitted: {reason}";
    public override string TraceSummary(long changes, long ended) => $"{changes} changes, {ended} connections ended";
    public override string TraceLost(ulong records) => $"{records} records lost: the kernel's buffers were full; changes are missing";
    public override string TraceUnseen(ulong changes) => $"the kernel passed {changes} tracepoints without a record (idle CPUs): what those changes left was looked up, its times are later";
    public override string TraceLostEnds(int times) => $"the kernel's messages of ended connections were lost {times} times: byte counts are missing";
}

internal sealed partial class SpanishSocketTexts
{
    public override string TraceSource(TraceSourceKind source) => source switch
    {
        TraceSourceKind.Perf => "fuente: perf (tracepoints): cada cambio según ocurre; lo que sigue a TIME-WAIT se consulta una vez por segundo",
        TraceSourceKind.Destroy => "fuente: destroy (netlink) y listados: faltan los estados entre dos listados y, de las conexiones más breves, todo salvo el final",
        TraceSourceKind.Poll => "fuente: poll (listados): faltan las conexiones que viven entre dos listados, y las cuentas de bytes",
    };

    public override string TraceElsewhere(TraceSourceKind source) => source == TraceSourceKind.Perf
        ? "de otros espacios de nombres de red no se ven ni TIME-WAIT ni las cuentas de bytes: --netns NOMBRE muestra los de uno" : "no se ven otros espacios de nombres de red: --netns NOMBRE muestra uno";

    public override string TraceRefused(string reason) => $"no se permite una fuente mejor: {reason}";
    public override string TraceSummary(long changes, long ended) => $"{changes} cambios, {ended} conexiones terminadas";
    public override string TraceLost(ulong records) => $"{records} registros perdidos: los búferes del núcleo estaban llenos; faltan cambios";
    public override string TraceUnseen(ulong changes) => $"el núcleo pasó {changes} tracepoints sin registro (CPU inactivas): lo que dejaron esos cambios se consultó, con hora posterior";
    public override string TraceLostEnds(int times) => $"los mensajes del núcleo sobre conexiones terminadas se perdieron {times} veces: faltan cuentas de bytes";
}
