using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Solves initial value problems <c>dz/dt = f(t, z)</c>, <c>z(t_0) = z_0</c>, in one call. For many solves of one size, see <see cref="Integrator{T}"/>.</summary>
public static class Ode
{
    /// <summary>Solves over an interval, and keeps every step, so that the solution can be read at any time.</summary>
    /// <example><code>
    /// var orbit = Ode.Solve((t, y, dy) => { dy[0] = y[1]; dy[1] = -y[0]; }, y0: [1.0, 0.0], t0: 0, t1: 10);
    /// double x = orbit.At(3.7)[0];
    /// </code></example>
    /// <param name="f">Vector field.</param>
    /// <param name="y0">Initial state.</param>
    /// <param name="t0">Initial time.</param>
    /// <param name="t1">Final time, before or after the initial one.</param>
    /// <param name="solver">Method; <see cref="SolverDefaults.Solver"/> by default.</param>
    /// <param name="options">Options; see there for the defaults.</param>
    /// <returns>The solution.</returns>
    /// <exception cref="ArgumentException">A value is not finite or out of range, the times are equal, or the method needs <see cref="FixedSteps"/>.</exception>
    /// <exception cref="OdeSolveException">The solve failed, unless <see cref="OdeOptions.ThrowOnFailure"/> is off.</exception>
    /// <exception cref="OperationCanceledException">The solve was canceled, unless <see cref="OdeOptions.ThrowOnFailure"/> is off.</exception>
    public static OdeSolution<double> Solve(VectorFieldFunction<double> f, double[] y0, double t0, double t1, OdeSolver? solver = null, OdeOptions? options = null)
        => Solve<double>(f, y0, t0, t1, solver, options);

    /// <summary>Solves for the states at given times.</summary>
    /// <param name="f">Vector field.</param>
    /// <param name="y0">Initial state.</param>
    /// <param name="times">At least two times, strictly rising or falling; the first is the initial time.</param>
    /// <param name="solver">Method; <see cref="SolverDefaults.Solver"/> by default.</param>
    /// <param name="options">Options; see there for the defaults.</param>
    /// <returns>The solution.</returns>
    /// <exception cref="ArgumentException">A value is not finite or out of range, the times are not monotone, or the method needs <see cref="FixedSteps"/>.</exception>
    /// <exception cref="OdeSolveException">The solve failed, unless <see cref="OdeOptions.ThrowOnFailure"/> is off.</exception>
    /// <exception cref="OperationCanceledException">The solve was canceled, unless <see cref="OdeOptions.ThrowOnFailure"/> is off.</exception>
    public static OdeSolution<double> Solve(VectorFieldFunction<double> f, double[] y0, double[] times, OdeSolver? solver = null, OdeOptions? options = null)
        => Solve<double>(f, y0, times, solver, options);

    /// <inheritdoc cref="Solve(VectorFieldFunction{double}, double[], double, double, OdeSolver?, OdeOptions?)"/>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static OdeSolution<T> Solve<T>(VectorFieldFunction<T> f, T[] y0, double t0, double t1, OdeSolver? solver = null, OdeOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(y0);
        return Solve(new OdeProblem<T>(f), y0.AsSpan(), t0, t1, solver, options);
    }

    /// <inheritdoc cref="Solve(VectorFieldFunction{double}, double[], double[], OdeSolver?, OdeOptions?)"/>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static OdeSolution<T> Solve<T>(VectorFieldFunction<T> f, T[] y0, double[] times, OdeSolver? solver = null, OdeOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(y0);
        ArgumentNullException.ThrowIfNull(times);
        return Solve(new OdeProblem<T>(f), y0.AsSpan(), times.AsSpan(), solver, options);
    }

    /// <inheritdoc cref="Solve(VectorFieldFunction{double}, double[], double, double, OdeSolver?, OdeOptions?)"/>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static OdeSolution<T> Solve<T>(IVectorField<T> f, ReadOnlySpan<T> y0, double t0, double t1, OdeSolver? solver = null, OdeOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Solve(new OdeProblem<T>(f), y0, t0, t1, solver, options);

    /// <inheritdoc cref="Solve(VectorFieldFunction{double}, double[], double[], OdeSolver?, OdeOptions?)"/>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static OdeSolution<T> Solve<T>(IVectorField<T> f, ReadOnlySpan<T> y0, ReadOnlySpan<double> times, OdeSolver? solver = null, OdeOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Solve(new OdeProblem<T>(f), y0, times, solver, options);

    /// <inheritdoc cref="Solve(VectorFieldFunction{double}, double[], double, double, OdeSolver?, OdeOptions?)"/>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static OdeSolution<T> Solve<T>(OdeProblem<T> problem, ReadOnlySpan<T> y0, double t0, double t1, OdeSolver? solver = null, OdeOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireFinite(t0, nameof(t0));
        RequireFinite(t1, nameof(t1));
        if (t0 == t1)
        {
            throw new ArgumentException(FormattableString.Invariant($"The interval is empty: t0 and t1 are both {t0:R}."), nameof(t1));
        }

        return Solve(problem, y0, [t0, t1], solver, options, timesAreGiven: false);
    }

    /// <inheritdoc cref="Solve(VectorFieldFunction{double}, double[], double[], OdeSolver?, OdeOptions?)"/>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static OdeSolution<T> Solve<T>(OdeProblem<T> problem, ReadOnlySpan<T> y0, ReadOnlySpan<double> times, OdeSolver? solver = null, OdeOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OutputTimes.Validate(times, nameof(times));
        return Solve(problem, y0, times.ToArray(), solver, options, timesAreGiven: true);
    }

    private static OdeSolution<T> Solve<T>(OdeProblem<T> problem, ReadOnlySpan<T> y0, double[] times, OdeSolver? solver, OdeOptions? options, bool timesAreGiven)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (y0.Length == 0)
        {
            throw new ArgumentException("The initial state is empty.", nameof(y0));
        }

        int component = Reductions.FirstNotFinite(y0);
        if (component >= 0)
        {
            string value = y0[component].ToString(null, System.Globalization.CultureInfo.InvariantCulture);
            throw new ArgumentException($"Component {component} of the initial state is {value}; it must be finite.", nameof(y0));
        }

        options ??= new OdeOptions();
        var integrator = new Integrator<T>(solver ?? SolverDefaults.Solver, options.Steps ?? SolverDefaults.Steps, y0.Length, errorNorm: options.ErrorNorm);
        bool dense = options.DenseOutput ?? (!timesAreGiven && integrator.RecordingIsSmall(times));
        SolveRecording<T>? recording = dense ? new SolveRecording<T>() : null;
        var states = new T[checked(times.Length * y0.Length)];
        SolveResult result = integrator.Solve(problem, y0, times, states, recording, options.Progress, options.CancellationToken);
        if (!timesAreGiven && recording is not null)
        {
            times = recording.Times.ToArray();
            states = new T[checked(times.Length * y0.Length)];
            for (int i = 0; i < times.Length; i++)
            {
                recording.State(i).CopyTo(states.AsSpan(i * y0.Length));
            }
        }
        else if (!timesAreGiven && result.Status != SolveStatus.Success)
        {
            // What was solved is worth more than a row of NaN.
            times[1] = integrator.ReachedTime;
            integrator.ReachedState.CopyTo(states.AsSpan(y0.Length));
        }

        else if (result.Status == SolveStatus.Terminated)
        {
            EndAtEvent(integrator, ref times, ref states);
        }

        var solution = new OdeSolution<T>(result, times, states, y0.Length, recording, [.. integrator.Occurrences], [.. integrator.Switches]);
        if (options.ThrowOnFailure && !result.IsSuccess)
        {
            throw result.Status == SolveStatus.Canceled ? new OperationCanceledException(result.ToString()) : new OdeSolveException(result, solution);
        }

        return solution;
    }

    /// <summary>Leaves out the output times that a terminal event kept from being reached, and makes the event's the last.</summary>
    private static void EndAtEvent<T>(Integrator<T> integrator, ref double[] times, ref T[] states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double last = integrator.ReachedTime;
        bool rising = times[^1] > times[0];
        int reached = Array.FindIndex(times, t => rising ? t >= last : t <= last);
        int length = integrator.StateLength;
        Array.Resize(ref times, reached + 1);
        Array.Resize(ref states, (reached + 1) * length);
        times[reached] = last;
        integrator.ReachedState[..length].CopyTo(states.AsSpan(reached * length));
    }

    private static void RequireFinite(double t, string parameter)
    {
        if (!double.IsFinite(t))
        {
            throw new ArgumentException(FormattableString.Invariant($"The time is {t:R}; it must be finite."), parameter);
        }
    }
}
