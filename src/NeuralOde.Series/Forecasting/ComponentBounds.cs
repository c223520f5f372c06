namespace NeuralOde.Series.Forecasting;

/// <summary>What no value of a component can leave.</summary>
/// <param name="Component">The component's name.</param>
/// <param name="Low">The lower bound, below the upper one; negative infinity for none.</param>
/// <param name="High">The upper bound; infinity for none.</param>
public readonly record struct ComponentBounds(string Component, double Low, double High);
