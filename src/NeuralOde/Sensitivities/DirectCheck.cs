namespace NeuralOde.Sensitivities;

/// <summary>
/// Compares the direct gradient with the continuous adjoint along the same stored solution, now and then, and puts that in its place where the steps did not resolve the gradient.
/// </summary>
internal sealed class DirectCheck<T>(CompiledField<T> field, OdeSolver solver, AdaptiveSteps steps, Func<Program<T>> program, int interval)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The measured error from which the direct gradient is not taken: tolerances bound errors of a step, of which there are many.
    private readonly double _limit = Math.Max(1e-3, 100 * steps.RelativeTolerance);
    private readonly T[] _initial = new T[field.StateLength];
    private GaussSensitivity<T>? _adjoint;
    private double[] _times = [];
    private int _untilNext;
    private bool _hasFailed;

    /// <summary>Whether the gradient about to be taken is to be checked; counts it.</summary>
    public bool IsDue() => SharedChecks.IsDue(interval) ?? (_hasFailed || --_untilNext < 0);

    /// <summary>Checks a gradient, and replaces it where it is off.</summary>
    /// <param name="memory">The forward solve.</param>
    /// <param name="stateGradients">What the gradient was taken of.</param>
    /// <param name="initialGradient">By the initial state.</param>
    /// <param name="timeGradients">By the times, or empty.</param>
    /// <param name="gradient">By the parameters.</param>
    /// <param name="cost">Gains the cost of the check.</param>
    /// <param name="isReplaced">Whether the adjoint's gradient stands in the place of the direct one.</param>
    /// <returns>The relative error; not a number where the adjoint could not be solved.</returns>
    public double Run(
        SolveMemory<T> memory,
        ReadOnlySpan<T> stateGradients,
        Span<T> initialGradient,
        Span<double> timeGradients,
        Span<T> gradient,
        ref SolveStatistics cost,
        out bool isReplaced)
    {
        _untilNext = interval - 1;
        _hasFailed = isReplaced = false;
        _adjoint ??= new GaussSensitivity<T>(field, solver, steps, new GaussAdjoint(), program());
        if (_times.Length < timeGradients.Length)
        {
            _times = new double[timeGradients.Length];
        }

        Span<double> times = _times.AsSpan(0, timeGradients.Length);
        try
        {
            cost = cost with { VectorJacobianProducts = cost.VectorJacobianProducts + _adjoint.Backward(memory, stateGradients, _initial, times).VectorJacobianProducts };
        }
        catch (OdeSolveException)
        {
            // Where the adjoint takes too many steps, or has no finite solution, there is nothing to compare with.
            return double.NaN;
        }

        // What sums cancel is known to the relative tolerance of their parts only.
        double error = Math.Max(
            GradientDifference.Relative<T>(initialGradient, _initial, _adjoint.LargestAdjoint),
            GradientDifference.Relative<T>(gradient, _adjoint.Gradient, 3 * steps.RelativeTolerance / _limit * _adjoint.Magnitude));
        _hasFailed = isReplaced = error > _limit;
        if (isReplaced)
        {
            SharedChecks.Fail();
            _initial.CopyTo(initialGradient);
            _adjoint.Gradient.CopyTo(gradient);
            times.CopyTo(timeGradients);
        }

        return error;
    }

    /// <summary>What is told of a gradient that was replaced.</summary>
    /// <param name="error">Its relative error.</param>
    public static GradientWarning Warning(double error) => new(
        GradientWarningReason.StepsTooLong,
        FormattableString.Invariant(
            $"The steps that resolve the state do not resolve the gradient: the direct one is off by {error:0.0e+0} of its size, and the continuous adjoint's was taken instead."),
        "Take GradientMethod.GaussAdjoint, or bound the steps by AdaptiveSteps.MaxStep or a tighter tolerance.",
        error);
}
