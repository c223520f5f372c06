using System.Globalization;

namespace NeuralOde.Solvers;

/// <summary>Equal steps between consecutive output times: at most a length, or a given number.</summary>
/// <remarks>Every output time is stepped onto. Any method can be used.</remarks>
public sealed record FixedSteps : StepSizeControl
{
    // Far above what subtracting and dividing doubles can disturb, far below what a caller could mean.
    private const double RelativeSlack = 1e-9;

    /// <summary><c>n = ceil(|Δt| / maxStep)</c> equal steps between consecutive output times.</summary>
    /// <param name="maxStep">
    /// Largest step, in units of time; positive and finite. A quotient within 1e-9 (relative) above a whole number counts as that number: round-off does not add a step.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxStep"/> is not positive and finite.</exception>
    public FixedSteps(double maxStep)
    {
        if (!(maxStep > 0 && double.IsFinite(maxStep)))
        {
            throw new ArgumentOutOfRangeException(nameof(maxStep), maxStep, "The largest step must be positive and finite.");
        }

        MaxStep = maxStep;
    }

    private FixedSteps(int count)
    {
        StepsPerInterval = count;
        MaxStep = double.PositiveInfinity;
    }

    /// <summary>Largest step in units of time; infinite where the number of steps is given.</summary>
    public double MaxStep { get; }

    /// <summary>Number of steps between consecutive output times, or <see langword="null"/> where it follows from <see cref="MaxStep"/>.</summary>
    public int? StepsPerInterval { get; }

    /// <summary>The given number of equal steps between consecutive output times.</summary>
    /// <param name="stepsPerInterval">Number of steps, at least 1.</param>
    /// <returns>The control.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="stepsPerInterval"/> is less than 1.</exception>
    public static FixedSteps Count(int stepsPerInterval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsPerInterval, 1);
        return new FixedSteps(stepsPerInterval);
    }

    /// <summary>Number of steps on an interval.</summary>
    /// <param name="from">Start of the interval.</param>
    /// <param name="to">End of the interval, before or after the start.</param>
    /// <returns>Number of equal steps, at least 1.</returns>
    /// <exception cref="ArgumentException">More than <see cref="int.MaxValue"/> steps would be needed.</exception>
    public int StepsOn(double from, double to)
    {
        if (StepsPerInterval is int count)
        {
            return count;
        }

        double quotient = Math.Abs(to - from) / MaxStep;
        double steps = Math.Max(1, Math.Ceiling(quotient * (1 - RelativeSlack)));
        if (!(steps <= int.MaxValue))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"Steps of at most {MaxStep:R} from {from:R} to {to:R} would be {steps:R} steps. Use a larger step, or AdaptiveSteps."));
        }

        return (int)steps;
    }
}
