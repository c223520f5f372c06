namespace NeuralOde.Series.Scaling;

/// <summary>How one component's natural values become standardized ones: the logarithm where asked for, less the mean, over the deviation.</summary>
/// <param name="Name">The component's name.</param>
/// <param name="IsLog">Whether the natural logarithm is taken first.</param>
/// <param name="Mean">The mean (of the logarithms, where they are taken); finite.</param>
/// <param name="Deviation">The standard deviation (of the logarithms, where they are taken); positive and finite.</param>
public readonly record struct ComponentScale(string Name, bool IsLog, double Mean, double Deviation)
{
    /// <summary>A natural value, standardized.</summary>
    /// <param name="natural">The value; NaN, a missing value, stays NaN.</param>
    /// <returns>The number that a model sees.</returns>
    /// <exception cref="SeriesException">A logarithm is to be taken of a number that is not above 0.</exception>
    public double Standardize(double natural)
    {
        if (IsLog && natural <= 0)
        {
            throw new SeriesException(
                SeriesReason.NotPositive,
                FormattableString.Invariant($"'{Name}' is modeled as a logarithm, and {natural} has none; its values must be above 0."),
                "Model it as it is.")
            {
                Component = Name,
            };
        }

        return ((IsLog ? Math.Log(natural) : natural) - Mean) / Deviation;
    }

    /// <summary>The inverse of <see cref="Standardize"/>.</summary>
    /// <param name="standardized">What a model gives; NaN stays NaN.</param>
    /// <returns>The value in its natural unit.</returns>
    public double Restore(double standardized)
    {
        double value = (standardized * Deviation) + Mean;
        return IsLog ? Math.Exp(value) : value;
    }
}
