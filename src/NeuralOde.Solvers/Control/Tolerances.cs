namespace NeuralOde.Solvers;

/// <summary>What an error is measured by: component i counts in units of <c>Absolute + Relative · |z_i|</c>.</summary>
/// <param name="Relative">Relative tolerance.</param>
/// <param name="Absolute">Absolute tolerance, in units of the state.</param>
public readonly record struct Tolerances(double Relative, double Absolute);
