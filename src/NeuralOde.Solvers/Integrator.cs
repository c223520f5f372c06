using System.Globalization;
using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// Solves initial value problems of one size again and again: everything is allocated at construction, and nothing after the first solve.
/// </summary>
/// <remarks>
/// One thread at a time, and not from within its own vector field.
/// Quadratures are components that are integrated along with the state, <c>dq/dt = g(t, z)</c>, but enter neither the field's input nor the error norm; they follow the state in every span.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>; time is always <see cref="double"/>.</typeparam>
public sealed partial class Integrator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Stepper<T> _stepper;
    private readonly ErrorNorm _norm;
    private long _accepted;
    private long _rejected;

    /// <summary>Allocates the workspace.</summary>
    /// <param name="solver">Method.</param>
    /// <param name="control">How steps are chosen.</param>
    /// <param name="stateLength">Number of components of the state, at least 1.</param>
    /// <param name="quadratureLength">Number of quadratures; 0 by default.</param>
    /// <param name="errorNorm">Which components of the state count in the error norm; all by default.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the method has no error estimate and the steps are adaptive.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither <see cref="float"/> nor <see cref="double"/>.</exception>
    public Integrator(OdeSolver solver, StepSizeControl control, int stateLength, int quadratureLength = 0, ErrorNorm? errorNorm = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(control);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(quadratureLength);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"States are float or double, not {typeof(T).Name}.");
        }

        if (control is AdaptiveSteps adaptive)
        {
            if (!solver.IsAdaptive)
            {
                throw new ArgumentException(
                    $"{solver.Name} has no error estimate, so it cannot choose its steps. Give it new FixedSteps(maxStep) or FixedSteps.Count(n), or take a method that has one: {string.Join(", ", AdaptiveNames())}.",
                    nameof(control));
            }

            adaptive.Validate(nameof(control));
        }

        _norm = errorNorm ?? new ErrorNorm(0, stateLength);
        _norm.Validate(stateLength, nameof(errorNorm));
        Solver = solver;
        Control = control;
        StateLength = stateLength;
        QuadratureLength = quadratureLength;
        _stepper = solver.CreateStepper<T>(stateLength, quadratureLength);
    }

    /// <summary>Method.</summary>
    public OdeSolver Solver { get; }

    /// <summary>How steps are chosen.</summary>
    public StepSizeControl Control { get; }

    /// <summary>Number of components of the state.</summary>
    public int StateLength { get; }

    /// <summary>Number of quadratures.</summary>
    public int QuadratureLength { get; }

    /// <summary>Solves from the first of the times to the last.</summary>
    /// <remarks>
    /// With <see cref="AdaptiveSteps"/> states between the first and the last time come from dense output, and a step lands on the last time only.
    /// With <see cref="FixedSteps"/> steps land on every time. The field is never evaluated outside the interval.
    /// </remarks>
    /// <param name="field">Vector field.</param>
    /// <param name="z0">Initial state and quadratures, <c>[StateLength + QuadratureLength]</c>.</param>
    /// <param name="times">At least two finite times, strictly rising or strictly falling; the first is the initial time.</param>
    /// <param name="states">
    /// Destination, row-major <c>[times, StateLength + QuadratureLength]</c>; row 0 becomes <paramref name="z0"/>. Rows that a failed solve did not reach are filled with NaN.
    /// </param>
    /// <param name="recording">Receives the accepted steps, for <see cref="Transpose"/> and dense output; none by default. Not with quadratures.</param>
    /// <param name="cancellationToken">Looked at before every step.</param>
    /// <returns>How the solve ended; it does not throw for a failed solve, <see cref="SolveResult.ThrowIfFailed"/> does.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length, the times are not monotone, or a recording is asked of a solve with quadratures.</exception>
    public SolveResult Solve(
        IVectorField<T> field, ReadOnlySpan<T> z0, ReadOnlySpan<double> times, Span<T> states, SolveRecording<T>? recording = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        int length = _stepper.Length;
        RequireLength(z0.Length, length, nameof(z0), "StateLength + QuadratureLength");
        OutputTimes.Validate(times, nameof(times));
        RequireLength(states.Length, (long)times.Length * length, nameof(states), "times · (StateLength + QuadratureLength)");
        if (recording is not null && QuadratureLength > 0)
        {
            throw new ArgumentException("A solve with quadratures cannot be recorded: solve without them, or put them into the state.", nameof(recording));
        }

        _accepted = 0;
        _rejected = 0;
        _stepper.Start(z0);
        z0.CopyTo(states);
        recording?.Begin(_stepper, Control is AdaptiveSteps, times.Length, ExpectedSteps(times));
        SolveResult result;
        int component = Reductions.FirstNotFinite(z0);
        int reached = 0;
        if (component >= 0)
        {
            result = Result(SolveStatus.NotFinite, times[0], 0, component);
        }
        else if (Control is AdaptiveSteps adaptive)
        {
            result = SolveAdaptive(adaptive, field, times, states, recording, ref reached, cancellationToken);
        }
        else
        {
            result = SolveFixed((FixedSteps)Control, field, times, states, recording, ref reached, cancellationToken);
        }

        if (!result.IsSuccess)
        {
            states[((reached + 1) * length)..].Fill(T.NaN);
        }

        return result;
    }

    /// <summary>How many steps there will be; 0 where that is not known, or more than can be recorded.</summary>
    private int ExpectedSteps(ReadOnlySpan<double> times)
    {
        long steps = 0;
        for (int i = 1; i < times.Length && Control is FixedSteps control; i++)
        {
            steps += control.StepsOn(times[i - 1], times[i]);
        }

        return steps <= int.MaxValue ? (int)steps : 0;
    }

    private static IEnumerable<string> AdaptiveNames() => OdeSolver.Names.Where(name => OdeSolver.Parse(name).IsAdaptive);

    private static void RequireLength(long actual, long expected, string parameter, string meaning)
    {
        if (actual != expected)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Expected {expected} elements ({meaning}), got {actual}."), parameter);
        }
    }

    private SolveResult Result(SolveStatus status, double time, double step, int component = -1)
        => new(status, time, step, component, new SolveStatistics(_stepper.Evaluations, _accepted, _rejected, 0));

    private SolveResult NotFinite(double t, double next, double h)
    {
        int component = _stepper.FindNotFinite(t, next, h, out double time);
        return Result(SolveStatus.NotFinite, time, h, component);
    }
}
