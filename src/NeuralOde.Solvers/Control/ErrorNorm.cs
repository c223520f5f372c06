namespace NeuralOde.Solvers;

/// <summary>A norm of scaled errors.</summary>
/// <param name="errors">For each component that counts, its error in units of its tolerance; it may be negative, infinite or not a number.</param>
/// <returns>At most 1 where a step is to be kept. It must grow in proportion to the errors.</returns>
public delegate double ScaledErrorNorm(ReadOnlySpan<double> errors);

/// <summary>Which components of the state count in the error norm, and how.</summary>
/// <remarks>
/// <c>sqrt(Σ over the range / Count)</c>, the maximum, or a function of your own. A range that leaves components out is a seminorm
/// (P. Kidger, R. T. Q. Chen, T. Lyons, "Hey, that's not an ODE", arXiv 2009.09457); a count other than the length serves padded states, or a tuple
/// whose parts are weighed together.
/// </remarks>
/// <param name="Start">First component that counts.</param>
/// <param name="Length">Number of components in the range; at least 1.</param>
/// <param name="Count">What the sum of squares is divided by; at least 1.</param>
public readonly record struct ErrorNorm(int Start, int Length, int Count)
{
    /// <summary>A range whose mean is taken over its own length.</summary>
    /// <param name="start">First component that counts.</param>
    /// <param name="length">Number of components in the range; at least 1.</param>
    public ErrorNorm(int start, int length)
        : this(start, length, length)
    {
    }

    /// <summary>What is made of the scaled errors of the range, each at most 1 where it is within the tolerance.</summary>
    /// <value><see langword="null"/> (the default): their root mean square, with <see cref="Count"/>.</value>
    public ScaledErrorNorm? Function { get; init; }

    /// <summary>The largest of a range's scaled errors.</summary>
    /// <param name="start">First component that counts.</param>
    /// <param name="length">Number of components in the range; at least 1.</param>
    /// <returns>The norm.</returns>
    public static ErrorNorm Maximum(int start, int length) => new(start, length) { Function = LargestOf };

    internal bool IsMaximum => Function is { } function && function == LargestOf;

    /// <summary>The largest of the absolute values; not a number where one of them is not.</summary>
    private static double LargestOf(ReadOnlySpan<double> errors)
    {
        double largest = 0;
        foreach (double error in errors)
        {
            largest = Math.Max(largest, Math.Abs(error));
        }

        return largest;
    }

    internal void Validate(int stateLength, string parameter)
    {
        if (Start < 0 || Length < 1 || Start > stateLength - Length || Count < 1)
        {
            throw new ArgumentOutOfRangeException(
                parameter, this, $"The range must be non-empty and lie within the {stateLength} components of the state, and the count must be at least 1.");
        }
    }
}
