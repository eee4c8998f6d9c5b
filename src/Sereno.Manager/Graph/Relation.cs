namespace Sereno.Manager.Graph;

/// <summary>A dependency seen from either end. The first are <see cref="Sereno.Units.Model.Dependency"/>'s, in its order.</summary>
public enum Relation : byte
{
    Requires, Requisite, Wants, BindsTo, PartOf, Upholds, Conflicts, Before, After, OnFailure, OnSuccess,
    PropagatesReloadTo, ReloadPropagatedFrom, PropagatesStopTo, StopPropagatedFrom, JoinsNamespaceOf,
    RequiredBy, RequisiteOf, WantedBy, BoundBy, ConsistsOf, UpheldBy, ConflictedBy, OnFailureOf, OnSuccessOf,
    Triggers, TriggeredBy, InSlice, SliceOf,
}

public static class Relations
{
    public static Relation Inverse(this Relation relation) => relation switch
    {
        Relation.Requires => Relation.RequiredBy,
        Relation.Requisite => Relation.RequisiteOf,
        Relation.Wants => Relation.WantedBy,
        Relation.BindsTo => Relation.BoundBy,
        Relation.PartOf => Relation.ConsistsOf,
        Relation.Upholds => Relation.UpheldBy,
        Relation.Conflicts => Relation.ConflictedBy,
        Relation.Before => Relation.After,
        Relation.After => Relation.Before,
        Relation.OnFailure => Relation.OnFailureOf,
        Relation.OnSuccess => Relation.OnSuccessOf,
        Relation.PropagatesReloadTo => Relation.ReloadPropagatedFrom,
        Relation.ReloadPropagatedFrom => Relation.PropagatesReloadTo,
        Relation.PropagatesStopTo => Relation.StopPropagatedFrom,
        Relation.StopPropagatedFrom => Relation.PropagatesStopTo,
        Relation.JoinsNamespaceOf => Relation.JoinsNamespaceOf,
        Relation.RequiredBy => Relation.Requires,
        Relation.RequisiteOf => Relation.Requisite,
        Relation.WantedBy => Relation.Wants,
        Relation.BoundBy => Relation.BindsTo,
        Relation.ConsistsOf => Relation.PartOf,
        Relation.UpheldBy => Relation.Upholds,
        Relation.ConflictedBy => Relation.Conflicts,
        Relation.OnFailureOf => Relation.OnFailure,
        Relation.OnSuccessOf => Relation.OnSuccess,
        Relation.Triggers => Relation.TriggeredBy,
        Relation.TriggeredBy => Relation.Triggers,
        Relation.InSlice => Relation.SliceOf,
        Relation.SliceOf => Relation.InSlice,
    };
}
