using System.Text;
using Sereno.Linux.Headers;

namespace Sereno.Linux;

/// <summary>Another program's translations, as gettext(3) finds them for the locale of the environment.</summary>
/// <remarks>Opening one sets the C library's locale for the whole process; .NET's own formatting doesn't look at it.</remarks>
public sealed unsafe class MessageCatalogue
{
    private readonly byte[] _domain;

    /// <param name="domain">The program's name of its catalogue: net-tools.</param>
    /// <param name="folder">Where LANGUAGE/LC_MESSAGES/DOMAIN.mo are.</param>
    public MessageCatalogue(string domain, string folder = "/usr/share/locale")
    {
        _domain = Files.Text(domain);
        fixed (byte* name = _domain, path = Files.Text(folder), empty = Files.Text(""))
        {
            libc.setlocale(libc.LC_ALL, empty);
            libc.bindtextdomain(name, path);
        }
    }

    /// <summary>What stands between units and fractions in printf(3)'s %f.</summary>
    public string RadixCharacter => Text(libc.nl_langinfo(libc.RADIXCHAR));

    /// <summary>The translation, or the message itself when there is none.</summary>
    public string Translate(string message)
    {
        fixed (byte* domain = _domain, id = Files.Text(message))
        {
            byte* found = libc.dgettext(domain, id);
            return found == id ? message : Text(found);
        }
    }

    private static string Text(byte* zeroTerminated) =>
        Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(zeroTerminated));
}
