using System.Globalization;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>Equal steps between consecutive output times: at most a length, or a given number.</summary>
/// <remarks>Every output time is stepped onto. Any method can be used.</remarks>
public sealed record FixedSteps : StepSizeControl
{
    // Far above what subtracting and dividing doubles can disturb, far below what a caller could mean.
    private const double RelativeSlack = 1e-9;

    private FixedSteps(double length) => MaxStep = length;

    private FixedSteps(int count)
    {
        StepsPerInterval = count;
        MaxStep = double.PositiveInfinity;
    }

    /// <summary>Largest step in units of time; infinite where the number of steps is given.</summary>
    public double MaxStep { get; }

    /// <summary>Number of steps between consecutive output times, or <see langword="null"/> where it follows from <see cref="MaxStep"/>.</summary>
    public int? StepsPerInterval { get; }

    /// <summary>The tolerances that the iterations of implicit methods are measured by; explicit methods have no use for them.</summary>
    /// <value>Those of <see cref="SolverDefaults.Steps"/>.</value>
    public override Tolerances Tolerances => SolverDefaults.Steps.Tolerances;

    /// <summary><c>n = ceil(|Δt| / length)</c> equal steps between consecutive output times.</summary>
    /// <param name="length">
    /// Largest step, in units of time; positive and finite. A quotient within 1e-9 (relative) above a whole number counts as that number: round-off does not add a step.
    /// </param>
    /// <returns>The control.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is not positive and finite.</exception>
    public static FixedSteps OfLength(double length)
        => length > 0 && double.IsFinite(length)
            ? new FixedSteps(length)
            : throw new ArgumentOutOfRangeException(nameof(length), length, "The length of a step must be positive and finite.");

    /// <summary>The given number of equal steps between consecutive output times.</summary>
    /// <param name="steps">Number of steps, at least 1.</param>
    /// <returns>The control.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is less than 1.</exception>
    public static FixedSteps PerInterval(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return new FixedSteps(steps);
    }

    /// <inheritdoc/>
    public override StepController CreateController(string parameter) => new FixedStepController(this);

    /// <summary>Number of steps on an interval.</summary>
    /// <param name="from">Start of the interval.</param>
    /// <param name="to">End of the interval, before or after the start.</param>
    /// <returns>Number of equal steps, at least 1.</returns>
    /// <exception cref="ArgumentException">More than <see cref="int.MaxValue"/> steps would be needed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
