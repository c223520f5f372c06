using System.Numerics;
using System.Runtime.ExceptionServices;

namespace NeuralOde.Solvers;

/// <summary>Solves many problems of one size at once, in lanes of vectors and on several threads.</summary>
/// <remarks>
/// Every problem has its own steps, and its result has the same bits in any batch, in any place and on any number of threads as in a batch of its own.
/// A problem that has ended makes room for the next.
/// <para>
/// Lanes take explicit Runge-Kutta methods with <see cref="FixedSteps"/>, or with <see cref="AdaptiveSteps"/> whose absolute tolerances are positive, whose norm
/// is the root mean square or the maximum, and that have a PI controller, no held steps, and no smallest step, times to land on or discontinuities (<see cref="UsesLanes"/>).
/// Lanes round in another order than <see cref="Integrator{T}"/>, and do not limit steps at rest (<see cref="AdaptiveSteps.LimitsAtRest"/>), which only gradients
/// need. All other methods and controls, problems with events, and batches that keep their steps are solved one by one on every thread, as
/// <see cref="Integrator{T}"/> solves them; implicit methods form their Jacobians from finite differences.
/// </para>
/// Not thread-safe, and not to be used from within its own vector field: that is an <see cref="InvalidOperationException"/>.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>; time is always <see cref="double"/>.</typeparam>
public sealed class BatchIntegrator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _parameterLength;
    private readonly ErrorNorm _norm;
    private readonly List<RowWorker<T>> _rowWorkers = [];
    private BatchWorker<T>[] _workers = [];
    private int _isInUse;

    /// <summary>Makes an integrator.</summary>
    /// <param name="solver">Method; one with an error estimate where the steps are adaptive, and none that moves positions and velocities in turn.</param>
    /// <param name="control">How steps are chosen.</param>
    /// <param name="stateLength">Number of components of each state, at least 1.</param>
    /// <param name="parameterLength">Number of parameters of each problem; 0 by default.</param>
    /// <param name="errorNorm">Which components of the state count in the error norm; all by default.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the method cannot take such steps.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither <see cref="float"/> nor <see cref="double"/>.</exception>
    public BatchIntegrator(OdeSolver solver, StepSizeControl control, int stateLength, int parameterLength = 0, ErrorNorm? errorNorm = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentOutOfRangeException.ThrowIfNegative(parameterLength);
        if (solver.NeedsPositions)
        {
            throw new ArgumentException(
                $"{solver.Name} moves positions and velocities in turn, and a batch does not say which components are positions; solve such problems one by one with Integrator.",
                nameof(solver));
        }

        // It checks everything else.
        _rowWorkers.Add(new RowWorker<T>(new Integrator<T>(solver, control, stateLength, errorNorm: errorNorm), parameterLength));
        _norm = errorNorm ?? new ErrorNorm(0, stateLength);
        _parameterLength = parameterLength;
        Solver = solver;
        Control = control;
        StateLength = stateLength;
        UsesLanes = solver is ExplicitRungeKutta && (control is FixedSteps || (control is AdaptiveSteps adaptive && IsSimple(adaptive, _norm)));
    }

    /// <summary>Method.</summary>
    public OdeSolver Solver { get; }

    /// <summary>How steps are chosen.</summary>
    public StepSizeControl Control { get; }

    /// <summary>Whether problems without events, in batches that do not keep their steps, are solved in lanes of vectors. The others are solved one by one.</summary>
    public bool UsesLanes { get; }

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

    // All else is left to the integrator. A tolerance that is 0 in T would divide by 0.
    private static bool IsSimple(AdaptiveSteps x, ErrorNorm norm)
        => (x.AbsoluteTolerances ?? [x.AbsoluteTolerance]).All(static value => T.CreateTruncating(value) > T.Zero)
            && (norm.Function is null || norm.IsMaximum)
            && x.MinStep is null
            && x.HoldFrom is null or 1
            && x.LandOn.Count == 0
            && x.Discontinuities.Count == 0
            && x.Controller is { Derivative: 0 }
            && x.Controller.Integral + x.Controller.Proportional >= 0.5;

    private void SolveAlone(IBatchField<T> field, OdeBatch<T> batch, int threads, CancellationToken cancellationToken)
    {
        batch.Begin();
        (BatchQueue forLanes, BatchQueue forRows) = Divide(batch);
        int laneThreads = 0, rowThreads = Math.Min(threads, forRows.Count);
        if (forLanes.Count > 0)
        {
            ButcherTableau tableau = ((ExplicitRungeKutta)Solver).Tableau;
            int lanes = BatchWorker<T>.ChooseLanes(tableau, StateLength, (forLanes.Count + threads - 1) / threads);
            laneThreads = Math.Min(threads, (forLanes.Count + lanes - 1) / lanes);
            if (_workers.Length < laneThreads || _workers[0].Lanes != lanes)
            {
                _workers = [.. Enumerable.Range(0, laneThreads).Select(_ => new BatchWorker<T>(tableau, Control, _norm, StateLength, _parameterLength, lanes))];
            }
        }

        while (_rowWorkers.Count < rowThreads)
        {
            _rowWorkers.Add(new RowWorker<T>(new Integrator<T>(Solver, Control, StateLength, errorNorm: _norm), _parameterLength));
        }

        void Work(int thread)
        {
            if (thread < laneThreads)
            {
                _workers[thread].Run(field, batch, forLanes, cancellationToken);
            }

            if (thread < rowThreads)
            {
                _rowWorkers[thread].Run(field, batch, forRows, cancellationToken);
            }
        }

        int used = Math.Max(laneThreads, rowThreads);
        if (used == 1)
        {
            Work(0);
        }
        else
        {
            ExceptionDispatchInfo? failure = null;
            Parallel.For(0, used, new ParallelOptions { MaxDegreeOfParallelism = used }, thread =>
            {
                try
                {
                    Work(thread);
                }
                catch (Exception e)
                {
                    // The caller gets the field's own exception, and the other threads stop.
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                    forLanes.Stop();
                    forRows.Stop();
                }
            });
            failure?.Throw();
        }

        batch.End();
    }

    private (BatchQueue ForLanes, BatchQueue ForRows) Divide(OdeBatch<T> batch)
    {
        if (!UsesLanes || batch.KeepsSteps)
        {
            return (new BatchQueue(0), new BatchQueue(batch.Count));
        }

        if (!batch.HasEvents)
        {
            return (new BatchQueue(batch.Count), new BatchQueue(0));
        }

        int[] forLanes = [.. Enumerable.Range(0, batch.Count).Where(i => batch.Events(i).Count == 0)];
        int[] forRows = [.. Enumerable.Range(0, batch.Count).Where(i => batch.Events(i).Count > 0)];
        return (new BatchQueue(forLanes.Length, forLanes), new BatchQueue(forRows.Length, forRows));
    }
}
