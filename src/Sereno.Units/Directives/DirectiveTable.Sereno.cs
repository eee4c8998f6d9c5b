using Sereno.Units.Model;
using Sereno.Units.Text;
using Sereno.Units.Values;

namespace Sereno.Units.Directives;

/// <summary>[X-Sereno] (docs/model.md). A mistake in what protects a service makes the unit unusable: it must not start without.</summary>
internal static partial class DirectiveTable
{
    /// <summary>The section of our own keys; systemd skips every section that starts with X-.</summary>
    public const string Sereno = "X-Sereno";

    private static IEnumerable<DirectiveRow> SerenoRows() =>
    [
        Enforced(Sereno, "Scope", ReadScope),
        Enforced(Sereno, "Server", ReadServer),
        Enforced(Sereno, "Ready", ReadReady),
        Emulated(Sereno, "Drain", "sockets that the service opened itself go on accepting: only those that it was passed stop", ReadDrain),
        Enforced(Sereno, "AllowStart", ReadAllowStart),
        Enforced(Sereno, "LogFull", ReadLogFull),
    ];

    private static void SetSereno(Reading r, Func<SerenoSettings, SerenoSettings> set) => r.Unit.Unit = r.Unit.Unit with { Sereno = set(r.Unit.Unit.Sereno ?? new()) };

    private static void ReadScope(Reading r)
    {
        if (r.Unit.Name.Type is not (UnitType.Service or UnitType.Socket))
            r.Held = (Support.Ignored, "only services and sockets have an audience");
        string[] words = [.. r.Words(WordFlags.None)];
        Audience? audience = words is [var word, ..] ? word switch
        {
            "local" => Audience.Local,
            "intranet" => Audience.Intranet,
            "internet" => Audience.Internet,
            _ => null,
        } : null;
        var networks = words.Skip(1).Select(w => AddressPrefix.Parse(w).ToList()).ToList();
        if (r.IsEmpty)
            SetSereno(r, s => s with { Audience = null, Intranet = [] });
        else if (audience is null)
            r.Fatal($"Failed to parse scope: {r.Value}");
        else if (networks.Count > 0 && (audience != Audience.Intranet || networks.Any(n => n.Count == 0)))
            r.Fatal($"Only Scope=intranet takes networks, as 10.0.0.0/8: {r.Value}");
        else
            SetSereno(r, s => s with { Audience = audience, Intranet = [.. networks.SelectMany(n => n)] });
    }

    private static void ReadServer(Reading r)
    {
        if (r.Unit.Name.Type != UnitType.Socket)
            r.Warn("Server= is for socket units, ignoring.");
        else if (r.IsEmpty)
            SetSereno(r, s => s with { Server = null });
        else if (r.OneOf(["dedicated", "concurrent"], "Failed to parse server mode") is { } mode)
            SetSereno(r, s => s with { Server = (ServerMode)mode });
    }

    private static void ReadReady(Reading r)
    {
        ulong port = 0;
        if (r.IsEmpty)
            SetSereno(r, s => s with { ReadyPort = null });
        else if (r.Value == "listen" || (r.Value.StartsWith("listen:", StringComparison.Ordinal) && Integers.ReadUnsigned(r.Value[7..], ushort.MaxValue, out port) == ParseError.None && port > 0))
            SetSereno(r, s => s with { ReadyPort = (ushort)port });
        else
            r.Warn($"Failed to parse readiness, ignoring: {r.Value}");
    }

    private static void ReadDrain(Reading r)
    {
        if (r.IsEmpty)
            SetSereno(r, s => s with { DrainUsec = 0 });
        else if (r.Seconds() is { } usec)
            SetSereno(r, s => s with { DrainUsec = usec });
    }

    private static void ReadAllowStart(Reading r)
    {
        if (r.IsEmpty)
            SetSereno(r, s => s with { AllowStart = [] });
        foreach (string word in r.Words(WordFlags.Unquote))
            if (r.Expanded(word) is not { } who)
                return;
            else if (Validity.IsUserOrGroup(word.StartsWith('@') ? who[1..] : who)) // %i is a user, whatever the instance is called
                SetSereno(r, s => s with { AllowStart = s.AllowStart.Add(who) });
            else
                r.Fatal($"Invalid user or @group in AllowStart=: {who}");
    }
}
