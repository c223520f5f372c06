using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Solves problems of a batch one after the other on one thread, with all that an <see cref="Integrator{T}"/> can do.</summary>
internal sealed class RowWorker<T>(Integrator<T> integrator, int parameterLength)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OneLane _field = new(integrator.StateLength, parameterLength);
    private OdeProblem<T>? _problem;

    public void Run(IBatchField<T> field, OdeBatch<T> batch, BatchQueue queue, CancellationToken cancellationToken)
    {
        _field.Field = field;
        for (int problem = queue.Take(); problem >= 0; problem = queue.Take())
        {
            if (batch.Refuse(problem))
            {
                continue;
            }

            _field.SetParameters(batch.Parameters(problem));
            IReadOnlyList<OdeEvent<T>> events = batch.Events(problem);
            SolveResult result = integrator.Solve(
                events.Count == 0 ? _problem ??= new OdeProblem<T>(_field) : new OdeProblem<T>(_field) { Events = events },
                batch.InitialState(problem),
                batch.TimesOf(problem),
                batch.Outputs(problem),
                batch.RecordingFor(problem),
                progress: null,
                cancellationToken);
            batch.SetResult(problem, result);
            integrator.ReachedState.CopyTo(batch.SetReached(problem, integrator.ReachedTime));
            if (events.Count > 0)
            {
                batch.SetOccurrences(problem, [.. integrator.Occurrences]);
            }
        }

        _field.Field = null!;
    }

    /// <summary>A batch's field with one problem, in the first lane of the fewest that there can be.</summary>
    private sealed class OneLane(int stateLength, int parameterLength) : IVectorField<T>
    {
        private const int Lanes = 16;

        private readonly double[] _times = new double[Lanes];
        private readonly bool[] _isActive = [true, .. new bool[Lanes - 1]];
        private readonly T[] _states = new T[Lanes * stateLength];
        private readonly T[] _derivatives = new T[Lanes * stateLength];
        private readonly T[] _parameters = new T[Lanes * parameterLength];

        public IBatchField<T> Field { get; set; } = null!;

        public void SetParameters(ReadOnlySpan<T> values)
        {
            for (int i = 0; i < values.Length; i++)
            {
                _parameters[i * Lanes] = values[i];
            }
        }

        public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
        {
            _times[0] = t;
            for (int i = 0; i < z.Length; i++)
            {
                _states[i * Lanes] = z[i];
            }

            Field.Evaluate(new LaneBlock<T>(Lanes, _times, _isActive, _states, _parameters, _derivatives));
            for (int i = 0; i < dz.Length; i++)
            {
                dz[i] = _derivatives[i * Lanes];
            }
        }
    }
}
