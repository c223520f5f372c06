using NeuralOde.Flows;
using NeuralOde.Flows.Discrete;
using NeuralOde.Flows.Divergences;
using NeuralOde.Flows.Matching;
using NeuralOde.MicroBatches;

namespace NeuralOde.Series.Densities;

/// <summary>The training of a density model by any method, with the record of its validations.</summary>
internal sealed class DensityTask : IMicroBatchTask
{
    private const string RecordName = "density.validations";
    private const int MostValidated = 1_000;
    private readonly DensityModel _model;
    private readonly DensityData _data;
    private readonly RandomSource _random;
    private readonly ITrainingTask? _inner;
    private readonly ContinuousFlow? _trained;
    private readonly float[] _batch;
    private readonly List<DensityValidation> _record = [];

    public DensityTask(DensityModel model, DensityData data, RandomSource random)
    {
        (_model, _data, _random) = (model, data, random);
        DensityOptions options = model.Options;
        _batch = new float[options.BatchSize * data.Dimension];
        if (model.Discrete is { } discrete)
        {
            _inner = DiscreteFlowTask.MaximumLikelihood(discrete, options.BatchSize, data.Draw, random);
        }
        else if (options.Method == DensityMethod.Matching)
        {
            var matching = new FlowMatching<float>(
                model.Continuous!.Field, options.BatchSize, data.Dimension,
                    new FlowMatchingOptions { Pairing = options.Pairing, Sigma = options.Sigma, TimeExponent = options.TimeExponent });
            _inner = new FlowMatchingTask(model.Continuous.Field, matching, static (from, z) => from.FillNormal(z), data.Draw, random);
        }
        else
        {
            // The same field, solved more coarsely than for scores.
            _trained = new ContinuousFlow(model.Continuous!.Field, model.Continuous.Base)
            {
                Solver = new Dopri5(),
                Steps = SolverChoice.Tolerances(options.Tolerance, 0.1 * options.Tolerance),
                Divergence = options.EstimatesDivergence ? DivergenceMethod.Hutchinson : DivergenceMethod.Exact,
                Regularization = new FlowRegularization { KineticEnergy = options.KineticEnergy, JacobianNorm = options.JacobianNorm },
            };
        }
    }

    public Module Model => _model.Flow();

    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("points", _random)];

    public IReadOnlyList<DensityValidation> Record => _record;

    public int Draw(TrainingPosition position)
    {
        _data.Draw(_random, _batch);
        return _batch.Length / _data.Dimension;
    }

    public MicroBatchResult Step(TrainingPosition position, MicroBatch samples)
    {
        using var scope = TensorScope.Begin();
        int dimension = _data.Dimension;
        bool isWhole = samples.Count * dimension == _batch.Length;

        // The noise of a part of a batch depends on which part it is, not on what was computed before: another process may compute it.
        RandomSource noise = isWhole ? _random : new RandomSource(unchecked((_model.Options.Seed * 1_000_003) + ((long)position.Iteration << 24) + samples.Start + 1));
        FlowLoss loss = _trained!.Loss(Tensor.From(_batch.AsSpan(samples.Start * dimension, samples.Count * dimension), [samples.Count, dimension]), random: noise);
        loss.Total.Backward();
        return new(loss.Total.ToScalar());
    }

    public double Step(TrainingPosition position) => _inner?.Step(position) ?? Step(position, new MicroBatch(0, Draw(position))).Loss;

    public double? Validate(TrainingPosition position, CancellationToken cancellationToken)
    {
        // Rows are in random order, so that the first ones stand for all; many columns make each score dear.
        ReadOnlySpan<float> rows = _data.Validation.Span;
        double[] scores = _model.LogDensityOfStandardized(rows[..Math.Min(rows.Length, MostValidated * _data.Dimension)]);
        double error = -scores.Average();
        error = double.IsNaN(error) ? double.PositiveInfinity : error;
        _record.Add(new DensityValidation(position.Iteration, position.StepTime, error, _model.Evaluations));
        return error;
    }

    public IReadOnlyList<SafeTensor> SaveState() =>
    [
        SafeTensor.Create<double>(
            RecordName, [.. _record.SelectMany(static x => (double[])[x.Iteration, x.Time.TotalSeconds, x.NegativeLogLikelihood, x.Evaluations])], [_record.Count, 4]),
    ];

    public void LoadState(SafeTensorsFile state, TrainingPosition position)
    {
        SafeTensor tensor = state[RecordName];
        if (tensor.Count % 4 != 0)
        {
            throw new SafeTensorsException(state.Name, SafeTensorsReason.WrongShape, $"the tensor '{RecordName}' is {tensor}; it has four numbers for each validation.");
        }

        _record.Clear();
        _record.AddRange(tensor.ToArray<double>().Chunk(4).Select(static x => new DensityValidation((int)x[0], TimeSpan.FromSeconds(x[1]), x[2], (long)x[3])));
    }
}

/// <summary>A model on its way, measured by the rows held out for that.</summary>
/// <param name="Iteration">After how many training steps.</param>
/// <param name="Time">The time of these steps.</param>
/// <param name="NegativeLogLikelihood">The mean of <c>−log p</c> of standardized rows, in nats.</param>
/// <param name="Evaluations">Evaluations of the field to score them; 0 for a discrete flow.</param>
public sealed record DensityValidation(int Iteration, TimeSpan Time, double NegativeLogLikelihood, long Evaluations);
