using Sereno.Units.Load;
using Sereno.Units.Model;

namespace Sereno.Tests.Units;

/// <summary>A folder tree for one test, removed behind it.</summary>
public sealed class UnitFolder : IDisposable
{
    public UnitFolder() => Root = Directory.CreateTempSubdirectory("sereno-units-").FullName;

    public string Root { get; }

    public UnitFolder File(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        System.IO.File.WriteAllText(At(path), text);
        return this;
    }

    public UnitFolder Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        System.IO.File.CreateSymbolicLink(At(path), target);
        return this;
    }

    public string At(string path) => Path.Combine(Root, path);

    /// <summary>Loads from the folders "etc" and "lib" below the root, "etc" first.</summary>
    public UnitLoader Loader(SpecifierContext? context = null) => new(UnitPaths.Of(At("etc"), At("lib")), context ?? new());

    public UnitDefinition Load(string name) => Loader().Load(UnitName.Parse(name));

    /// <summary>One service with this text in [Service].</summary>
    public static UnitDefinition LoadService(string service, string unit = "", string name = "a.service")
    {
        using var folder = new UnitFolder();
        string file = UnitName.Parse(name).Template?.Full ?? name;
        return folder.File("etc/" + file, $"[Unit]\n{unit}\n[Service]\n{service}\n").Load(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
