using System.Collections.Immutable;
using System.Security;
using System.Text;

namespace Sereno.Bus.Server;

/// <summary>Introspection data (D-Bus specification, "Introspection Data Format").</summary>
internal static class Introspection
{
    private const string Doctype =
        "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n" +
        "\"https://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n";

    public static string Describe(IEnumerable<BusInterface> interfaces, IEnumerable<string> children)
    {
        var xml = new StringBuilder(Doctype).Append("<node>\n");
        foreach (var table in interfaces)
        {
            xml.Append($" <interface name=\"{table.Name}\">\n");
            foreach (var (name, @in, @out) in table.MethodList)
            {
                xml.Append($"  <method name=\"{name}\">\n");
                Arguments(xml, @in, " direction=\"in\"");
                Arguments(xml, @out, " direction=\"out\"");
                xml.Append("  </method>\n");
            }
            foreach (var signal in table.Signals)
            {
                xml.Append($"  <signal name=\"{signal.Name}\">\n");
                Arguments(xml, signal.Parameters, "");
                xml.Append("  </signal>\n");
            }
            foreach (var (name, type, emits) in table.PropertyList)
                xml.Append($"  <property name=\"{name}\" type=\"{type}\" access=\"read\">\n")
                    .Append($"   <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"{Annotation(emits)}\"/>\n  </property>\n");
            xml.Append(" </interface>\n");
        }
        foreach (string child in children)
            xml.Append($" <node name=\"{SecurityElement.Escape(child)}\"/>\n");
        return xml.Append("</node>\n").ToString();
    }

    private static void Arguments(StringBuilder xml, ImmutableArray<Parameter> parameters, string direction)
    {
        foreach (var parameter in parameters)
            xml.Append($"   <arg type=\"{parameter.Type}\" name=\"{parameter.Name}\"{direction}/>\n");
    }

    private static string Annotation(Emits emits) => emits switch
    {
        Emits.Never => "false",
        Emits.Const => "const",
        Emits.Change => "true",
        Emits.Invalidation => "invalidates",
    };
}
