using Sereno.Units.Model;

namespace Sereno.Units.Load;

public static class LoadMessages
{
    /// <summary>The sentence with which systemctl refuses to start a unit that is not loaded; null for one that is.</summary>
    public static string? StartRefusal(this UnitDefinition unit) => unit.LoadState switch
    {
        LoadState.NotFound => $"Unit {unit.Name} not found.",
        LoadState.BadSetting => $"Unit {unit.Name} has a bad unit file setting.",
        LoadState.Error => $"Unit {unit.Name} failed to load properly, please adjust/correct and reload service manager: {unit.LoadError}",
        LoadState.Masked => $"Unit {unit.Name} is masked.",
        _ => null,
    };
}
