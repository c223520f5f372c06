using NeuralOde.Fields;
using NeuralOde.Training;

namespace NeuralOde.Flows.Matching;

/// <summary>Flow matching as a task of a <see cref="TrainingRun"/>: each step draws a batch of both distributions.</summary>
/// <example>
/// <code>
/// VectorField field = new Mlp(3, [64, 64, 64], 2, Activation.Selu).AsField(TimeInput.Concatenated);
/// var matching = new FlowMatching&lt;float&gt;(field, batchSize: 256, dimension: 2);
/// var task = new FlowMatchingTask(field, matching, (random, z) => random.FillNormal(z), (random, x) => Draw(random, x), new RandomSource(0));
/// TrainingResult result = new TrainingRun(task, new Adam(field.Parameters)).Run();
/// </code>
/// </example>
public sealed class FlowMatchingTask : ITrainingTask
{
    private readonly FlowMatching<float> _matching;
    private readonly Action<RandomSource, Span<float>> _source;
    private readonly Action<RandomSource, Span<float>> _target;
    private readonly RandomSource _random;
    private readonly float[] _sourcePoints;
    private readonly float[] _targetPoints;

    /// <summary>Makes the task.</summary>
    /// <param name="field">The field to train.</param>
    /// <param name="matching">The compiled step of this field.</param>
    /// <param name="source">Fills a span with the source's points, row after row.</param>
    /// <param name="target">Fills a span with the target's points.</param>
    /// <param name="random">Where all draws come from.</param>
    public FlowMatchingTask(
        VectorField field, FlowMatching<float> matching, Action<RandomSource, Span<float>> source, Action<RandomSource, Span<float>> target, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(matching);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(random);
        Model = field;
        (_matching, _source, _target, _random) = (matching, source, target, random);
        _sourcePoints = new float[matching.BatchSize * matching.Dimension];
        _targetPoints = new float[matching.BatchSize * matching.Dimension];
    }

    /// <inheritdoc/>
    public Module Model { get; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("matching", _random)];

    /// <summary>The error of the model, smaller is better, such as the negative log-likelihood of points held out.</summary>
    /// <value>Default null, no validation.</value>
    public Func<double>? Validation { get; init; }

    /// <inheritdoc/>
    public double Step(TrainingPosition position)
    {
        _source(_random, _sourcePoints);
        _target(_random, _targetPoints);
        return _matching.AddGradients(_sourcePoints, _targetPoints, _random);
    }

    /// <inheritdoc/>
    public double? Validate(TrainingPosition position, CancellationToken cancellationToken) => Validation?.Invoke();
}
