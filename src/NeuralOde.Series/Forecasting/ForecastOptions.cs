namespace NeuralOde.Series.Forecasting;

/// <summary>What a user knows of the series beforehand.</summary>
public sealed record ForecastOptions
{
    /// <summary>The length of a season.</summary>
    /// <value>Above 0, in the unit of the times (days for dates); 0 for no season. The default, null, finds one where the data show it.</value>
    public double? Period { get; init; }

    /// <summary>What no value of a component can leave.</summary>
    /// <value>The default is none. A component without a negative value has 0 as its lower bound unless bounds say otherwise.</value>
    public IReadOnlyList<ComponentBounds> Bounds { get; init => field = ValueList.From(value); } = ValueList.Of<ComponentBounds>();

    /// <summary>The seed of everything that is drawn. The same seed and data give the same bits.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }
}

/// <summary>What no value of a component can leave.</summary>
/// <param name="Component">The component's name.</param>
/// <param name="Low">The lower bound; −∞ for none.</param>
/// <param name="High">The upper bound; ∞ for none.</param>
public readonly record struct ComponentBounds(string Component, double Low, double High);
