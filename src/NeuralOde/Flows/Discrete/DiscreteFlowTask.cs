using NeuralOde.Training;

namespace NeuralOde.Flows.Discrete;

/// <summary>The training of a <see cref="DiscreteFlow"/> as a task of a <see cref="TrainingRun"/>. Loss and gradient are one compiled program.</summary>
/// <example>
/// <code>
/// var task = DiscreteFlowTask.MaximumLikelihood(flow, batchSize: 512, (random, x) => Draw(random, x), new RandomSource(0));
/// TrainingResult result = new TrainingRun(task, new Adam(flow.Parameters)).Run();
/// </code>
/// </example>
public sealed class DiscreteFlowTask : ITrainingTask
{
    private readonly CompiledLoss<float> _loss;
    private readonly Action<RandomSource, Span<float>> _draw;
    private readonly RandomSource _random;

    private DiscreteFlowTask(DiscreteFlow flow, int batchSize, Func<Tensor, Tensor> loss, Action<RandomSource, Span<float>> draw, RandomSource random)
    {
        Model = flow;
        (_draw, _random) = (draw, random);
        _loss = new CompiledLoss<float>(x => loss(x[0]), new ProgramInput("x", [batchSize, flow.Dimension]));
    }

    /// <inheritdoc/>
    public Module Model { get; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, RandomSource Source)> RandomSources => [("points", _random)];

    /// <summary>The error of the model, smaller is better, such as the negative log-likelihood of points held out.</summary>
    /// <value>Default null, no validation.</value>
    public Func<double>? Validation { get; init; }

    /// <summary>Learning the density of data: minimizes the mean of <c>−log p(x)</c>.</summary>
    /// <param name="flow">The flow to train; its layers go from the data to the base distribution.</param>
    /// <param name="batchSize">Points in a step, at least 1.</param>
    /// <param name="draw">Fills a span with points of the data, row after row.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentException">The layers go the other way.</exception>
    public static DiscreteFlowTask MaximumLikelihood(DiscreteFlow flow, int batchSize, Action<RandomSource, Span<float>> draw, RandomSource random)
    {
        Check(flow, batchSize, random);
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentException.ThrowIf(
            flow.Direction != LayerDirection.DataToBase, "Maximum likelihood takes a flow whose layers go from the data to the base distribution.", nameof(flow));
        return new DiscreteFlowTask(flow, batchSize, x => -flow.LogDensity(x).Mean(), draw, random);
    }

    /// <summary>
    /// Fitting a density that is known up to a factor: minimizes the mean of <c>log q(x) + energy(x)</c> over draws of the flow, which is KL(q‖p) less a
    /// constant.
    /// </summary>
    /// <param name="flow">The flow to train; its layers go from a normal base distribution to the data.</param>
    /// <param name="batchSize">Draws in a step, at least 1.</param>
    /// <param name="energy">From points, <c>[batch, dimension]</c>, to <c>−log p</c> up to a constant, <c>[batch]</c>, made of tensor operations.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentException">The layers go the other way, or the base distribution is no standard normal one.</exception>
    public static DiscreteFlowTask DensityFit(DiscreteFlow flow, int batchSize, Func<Tensor, Tensor> energy, RandomSource random)
    {
        Check(flow, batchSize, random);
        ArgumentNullException.ThrowIfNull(energy);
        ArgumentException.ThrowIf(
            flow.Direction != LayerDirection.BaseToData, "A density is fitted by a flow whose layers go from the base distribution to the data.", nameof(flow));
        ArgumentException.ThrowIf(
            flow.Base is not NormalDistribution normal || normal.Mean.Any(static x => x != 0) || normal.Deviation.Any(static x => x != 1),
            "A density is fitted by a flow from a standard normal distribution.", nameof(flow));
        return new DiscreteFlowTask(
            flow,
            batchSize,
            z =>
            {
                FlowMap map = flow.Through(z);
                return (flow.Base.LogDensity(z) - map.LogDeterminant + energy(map.Points)).Mean();
            },
            static (random, z) => random.FillNormal(z),
            random);
    }

    /// <inheritdoc/>
    public double Step(TrainingPosition position)
    {
        _draw(_random, _loss.Input(0));
        return _loss.AddGradients();
    }

    /// <inheritdoc/>
    public double? Validate(TrainingPosition position, CancellationToken cancellationToken) => Validation?.Invoke();

    private static void Check(DiscreteFlow flow, int batchSize, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
    }
}
