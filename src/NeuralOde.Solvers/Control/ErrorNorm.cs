namespace NeuralOde.Solvers;

/// <summary>Which components of the state count in the error norm.</summary>
/// <remarks>
/// <c>sqrt(Σ over the range / Count)</c>. A range that leaves components out is a seminorm
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

    internal void Validate(int stateLength, string parameter)
    {
        if (Start < 0 || Length < 1 || Start > stateLength - Length || Count < 1)
        {
            throw new ArgumentOutOfRangeException(
                parameter, this, $"The range must be non-empty and lie within the {stateLength} components of the state, and the count must be at least 1.");
        }
    }
}
