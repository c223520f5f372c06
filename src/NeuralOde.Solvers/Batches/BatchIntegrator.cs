using System.Numerics;
using System.Runtime.ExceptionServices;

namespace NeuralOde.Solvers;

/// <summary>Solves many problems of one size at once, in lanes of vectors and on several threads.</summary>
/// <remarks>
/// Every problem has its own steps, and its result has the same bits in any batch, in any place and on any number of threads as in a batch of its own.
/// (<see cref="Integrator{T}"/> rounds in another order: its results differ by rounding.) A problem that has ended makes room for the next.
/// Not thread-safe, and not to be used from within its own vector field: that is an <see cref="InvalidOperationException"/>.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>; time is always <see cref="double"/>.</typeparam>
public sealed class BatchIntegrator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ButcherTableau _tableau;
    private readonly int _parameterLength;
    private BatchWorker<T>[] _workers = [];
    private int _isInUse;

    /// <summary>Makes an integrator.</summary>
    /// <param name="solver">Method: an explicit Runge-Kutta method, with an error estimate where the steps are adaptive.</param>
    /// <param name="control">
    /// <see cref="FixedSteps"/>, or <see cref="AdaptiveSteps"/> with one absolute tolerance, a PI controller, and no smallest step or times to land on.
    /// Steps are not limited at rest (<see cref="AdaptiveSteps.LimitsAtRest"/>), which only gradients need.
    /// </param>
    /// <param name="stateLength">Number of components of each state, at least 1.</param>
    /// <param name="parameterLength">Number of parameters of each problem; 0 by default.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the method or the steps are of another kind.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither <see cref="float"/> nor <see cref="double"/>.</exception>
    public BatchIntegrator(OdeSolver solver, StepSizeControl control, int stateLength, int parameterLength = 0)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(control);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(parameterLength);
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"States are float or double, not {typeof(T).Name}.");
        }

        _tableau = solver is ExplicitRungeKutta method
            ? method.Tableau
            : throw new ArgumentException($"{solver.Name} is not an explicit Runge-Kutta method; solve such problems one by one with Integrator.", nameof(solver));
        if (control is not (FixedSteps or AdaptiveSteps))
        {
            throw new ArgumentException($"A batch takes FixedSteps or AdaptiveSteps, not {control.GetType().Name}.", nameof(control));
        }

        if (control is AdaptiveSteps && !solver.IsAdaptive)
        {
            throw new ArgumentException($"{solver.Name} has no error estimate, so it cannot choose its steps. Give it FixedSteps.", nameof(control));
        }

        control.CreateController(nameof(control));
        if (control is AdaptiveSteps adaptive && !IsSimple(adaptive))
        {
            throw new ArgumentException(
                "A batch takes one positive absolute tolerance, no smallest step, no times to land on, and a PI controller (Derivative = 0, Integral + Proportional at least 0.5).",
                nameof(control));
        }

        Solver = solver;
        Control = control;
        StateLength = stateLength;
        _parameterLength = parameterLength;
    }

    /// <summary>Method.</summary>
    public OdeSolver Solver { get; }

    /// <summary>How steps are chosen.</summary>
    public StepSizeControl Control { get; }

    /// <summary>Number of components of each state.</summary>
    public int StateLength { get; }

    /// <summary>Solves all problems of a batch. A problem that fails leaves the others unharmed; <see cref="OdeBatch{T}.Result"/> tells.</summary>
    /// <param name="field">Vector field of all problems; called from several threads at once.</param>
    /// <param name="batch">The problems; receives their states and results.</param>
    /// <param name="threads">Number of threads; 0 (the default) is one per processor.</param>
    /// <param name="cancellationToken">Looked at before every step; problems that have not ended get <see cref="SolveStatus.Canceled"/>.</param>
    /// <exception cref="ArgumentException">The batch has other lengths.</exception>
    /// <exception cref="InvalidOperationException">The integrator or the batch is in use, or a problem has no output times.</exception>
    public void Solve(IBatchField<T> field, OdeBatch<T> batch, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (batch.StateLength != StateLength || batch.ParameterLength != _parameterLength)
        {
            throw new ArgumentException(
                $"The batch has {batch.StateLength} components and {batch.ParameterLength} parameters; the integrator is for {StateLength} and {_parameterLength}.", nameof(batch));
        }

        if (Interlocked.Exchange(ref _isInUse, 1) != 0)
        {
            throw new InvalidOperationException("The integrator is in use, by another thread or by the solve that called this vector field. Make an integrator for each.");
        }

        try
        {
            if (Interlocked.Exchange(ref batch.InUse, 1) != 0)
            {
                throw new InvalidOperationException("The batch is in use by another solve. Make a batch for each.");
            }

            try
            {
                SolveAlone(field, batch, threads == 0 ? Environment.ProcessorCount : threads, cancellationToken);
            }
            finally
            {
                Volatile.Write(ref batch.InUse, 0);
            }
        }
        finally
        {
            Volatile.Write(ref _isInUse, 0);
        }
    }

    // What lanes do not do is refused, not ignored.
    private static bool IsSimple(AdaptiveSteps x)
        => x.AbsoluteTolerances is null
            && x.AbsoluteTolerance > 0
            && x.MinStep is null
            && x.LandOn.Count == 0
            && x.Discontinuities.Count == 0
            && x.Controller is { Derivative: 0 }
            && x.Controller.Integral + x.Controller.Proportional >= 0.5;

    private void SolveAlone(IBatchField<T> field, OdeBatch<T> batch, int threads, CancellationToken cancellationToken)
    {
        batch.Begin();
        int share = (batch.Count + threads - 1) / threads;
        int lanes = BatchWorker<T>.ChooseLanes(_tableau, StateLength, share);
        threads = Math.Min(threads, (batch.Count + lanes - 1) / lanes);
        if (_workers.Length < threads || _workers[0].Lanes != lanes)
        {
            _workers = [.. Enumerable.Range(0, threads).Select(_ => new BatchWorker<T>(_tableau, Control, StateLength, _parameterLength, lanes))];
        }

        var queue = new BatchQueue(batch.Count);
        if (threads == 1)
        {
            _workers[0].Run(field, batch, queue, cancellationToken);
        }
        else
        {
            ExceptionDispatchInfo? failure = null;
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            {
                try
                {
                    _workers[i].Run(field, batch, queue, cancellationToken);
                }
                catch (Exception e)
                {
                    // The caller gets the field's own exception, and the other threads stop.
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                    queue.Stop();
                }
            });
            failure?.Throw();
        }

        batch.End();
    }
}
