namespace NeuralOde.Solvers;

/// <summary>What an error is measured by: component i counts in units of <c>Absolute + Relative · |z_i|</c>.</summary>
/// <param name="Relative">Relative tolerance.</param>
/// <param name="Absolute">Absolute tolerance, in units of the state; where components have their own, the smallest of them that is positive.</param>
public readonly record struct Tolerances(double Relative, double Absolute)
{
    /// <summary>Absolute tolerance of each component, or <see langword="null"/> where all have the same.</summary>
    public IReadOnlyList<double>? AbsoluteByComponent { get; init; }
}
