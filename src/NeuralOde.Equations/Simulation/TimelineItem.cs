namespace NeuralOde.Equations.Simulation;

internal enum TimelineKind
{
    /// <summary>Nothing jumps but the right-hand side.</summary>
    Switch,

    /// <summary>A state grows by an amount.</summary>
    Bolus,

    /// <summary>A state's infusion changes by a rate.</summary>
    Infusion,

    /// <summary>The states become those of endless doses.</summary>
    Steady,

    /// <summary>The states become the initial values, and infusions end.</summary>
    Reset,
}

/// <summary>Something that happens at a time, with derivatives of the time and of its size (an amount or a rate) by the columns.</summary>
internal sealed record TimelineItem(TimelineKind Kind, double Time, double[] TimeBy, int State, double Size, double[] SizeBy)
{
    /// <summary>When the dose was given, without its lag; what was given before a reset ends there.</summary>
    public double Given { get; init; } = double.PositiveInfinity;

    /// <summary>Of steady doses: time between two.</summary>
    public double Interval { get; init; }

    /// <summary>Of steady infusions: how long each takes; 0 for a bolus.</summary>
    public double Duration { get; init; }

    public double[] DurationBy { get; init; } = [];
}
