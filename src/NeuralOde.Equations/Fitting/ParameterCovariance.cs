namespace NeuralOde.Equations.Fitting;

/// <summary>The normal approximation of the distribution of estimates, on the scale on which they are searched.</summary>
/// <param name="Names">The parameters that all series share, noise levels among them; those at a bound are left out.</param>
/// <param name="Values">Their estimates, on their own scale.</param>
/// <param name="IsLogarithmic">Whether the covariance is of a parameter's logarithm.</param>
/// <param name="Matrix">The covariance.</param>
public sealed record ParameterCovariance(
    IReadOnlyList<string> Names, IReadOnlyList<double> Values, IReadOnlyList<bool> IsLogarithmic, IReadOnlyList<IReadOnlyList<double>> Matrix);
