using System.Diagnostics;
using NeuralOde.Sensitivities;

namespace NeuralOde.Blocks;

/// <summary>
/// Compares the gradients of all methods through one solve with central differences of the loss along random directions, and says how far each is off, why, and which
/// to trust.
/// </summary>
/// <remarks>
/// Steps that are chosen by tolerances are taken at far tighter ones for the differences, so those are the derivatives of the solution itself. With fixed steps they are
/// those of the discrete map, which the direct gradient is exact for. The block's modules must be in evaluation mode where they have one, or the loss changes from solve to solve.
/// </remarks>
/// <example>
/// <code>
/// GradientCheckResult check = GradientCheck.Run(ode, z0, [0, 1, 2], states => Loss.MeanSquared(states, observed));
/// Console.WriteLine(check);
/// </code>
/// </example>
public static class GradientCheck
{
    private const int Timed = 3;

    // What the forward gradient differentiates by, at most: it solves as many states.
    private const int MostForward = 64;

    /// <summary>Checks the gradients of a loss by initial state and parameters.</summary>
    /// <param name="ode">The block; its parameters' gradients are cleared.</param>
    /// <param name="z0">The initial state.</param>
    /// <param name="times">The times, as for <see cref="OdeBlock.Forward(Tensor, ReadOnlySpan{double})"/>.</param>
    /// <param name="loss">From the states at all times to a scalar, the same at each call.</param>
    /// <param name="options">What is compared; the defaults where null.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="OdeSolveException">The forward solve failed.</exception>
    public static GradientCheckResult Run(OdeBlock ode, Tensor z0, ReadOnlySpan<double> times, Func<Tensor, Tensor> loss, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ode);
        ArgumentNullException.ThrowIfNull(z0);
        ArgumentNullException.ThrowIfNull(loss);
        options ??= new GradientCheckOptions();
        double[] at = times.ToArray();

        // A field that is given as code learns which parameters it uses when it is compiled.
        _ = z0.DType == DType.Float32 ? Bytes<float>(ode, z0.Shape) : Bytes<double>(ode, z0.Shape);
        bool isSmall = z0.ElementCount + ode.Parameters.Sum(static x => (long)x.ElementCount) <= MostForward;
        IReadOnlyList<GradientMethod> methods = options.Methods
            ?? [.. GradientMethod.All.Append(ode.GradientMethod).Distinct().Where(
                x => x is not AutomaticGradient && (x is not ForwardGradient || isSmall) && x.Unfit(ode.Solver, ode.Steps) is null)];
        var difference = new GradientDifferences(ode, z0.Detach(), at, loss, options);
        GradientCheckEntry[] entries = [.. methods.Select(x => Measure(ode, x, z0, at, loss, difference, options))];
        ode.Parameters.ClearGradients();
        return new GradientCheckResult { Entries = entries, DifferenceError = difference.Error, Tolerance = options.Tolerance };
    }

    private static GradientCheckEntry Measure(
        OdeBlock ode, GradientMethod method, Tensor z0, double[] times, Func<Tensor, Tensor> loss, GradientDifferences difference, GradientCheckOptions options)
    {
        var block = new OdeBlock(ode.Field) { Solver = ode.Solver, Steps = ode.Steps, GradientMethod = method };
        using var warnings = GradientWarnings.Start();
        double[] initial = [], parameters = [];
        TimeSpan time = TimeSpan.MaxValue;
        try
        {
            // The first run compiles, and checks the method where that checks itself.
            for (int i = 0; i <= Timed; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Tensor z = z0.Detach().WithGradient();
                ode.Parameters.ClearGradients();
                loss(block.Forward(z, times)).Backward();
                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                if (i == 0)
                {
                    initial = z.Gradient!.ToDoubles();
                    parameters = [.. difference.Parameters.SelectMany(static x => x.Gradient?.ToDoubles() ?? new double[x.ElementCount])];
                }
                else
                {
                    time = elapsed < time ? elapsed : time;
                }
            }
        }
        catch (NeuralOdeException e) when (e is OdeSolveException or GradientException)
        {
            GradientCheckCause cause = e is GradientException { Reason: GradientWarningReason.ReverseFlow } ? GradientCheckCause.ReverseFlow : GradientCheckCause.Failed;
            return new GradientCheckEntry(method, double.NaN, double.NaN, TimeSpan.Zero, 0, cause, e.Problem);
        }

        double initialError = difference.InitialError(initial), parameterError = difference.ParameterError(parameters);
        return new GradientCheckEntry(
            method,
            initialError,
            parameterError,
            time,
            z0.DType == DType.Float32 ? Bytes<float>(block, z0.Shape) : Bytes<double>(block, z0.Shape),
            Cause(method, initialError, parameterError, difference.Error, warnings.All, options.Tolerance),
            warnings.All.Count == 0 ? null : string.Join(" ", warnings.All));
    }

    private static GradientCheckCause Cause(
        GradientMethod method, double initial, double parameters, double difference, IReadOnlyList<GradientWarning> warnings, double tolerance) =>
        Math.Max(initial, parameters) <= Math.Max(tolerance, 2 * difference) ? GradientCheckCause.None
        : method is TruncatedAdjoint ? GradientCheckCause.Biased
        : warnings.Any(static x => x.Reason == GradientWarningReason.ReverseFlow) ? GradientCheckCause.ReverseFlow
        : difference > tolerance ? GradientCheckCause.Kinks
        : initial > tolerance ? GradientCheckCause.Steps
        : GradientCheckCause.ParametersBelowTolerance;

    private static long Bytes<T>(OdeBlock block, Shape shape)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Sensitivity<T> sensitivity = block.Compile<T>(shape);
        SolveMemory<T> memory = sensitivity.Rent();
        long bytes = memory.Bytes;
        sensitivity.Return(memory);
        return bytes;
    }
}
