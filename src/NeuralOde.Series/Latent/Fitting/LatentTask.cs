namespace NeuralOde.Series.Latent.Fitting;

/// <summary>What a <see cref="LatentTrainer"/> trains, and by what. What comes next depends on <see cref="Random"/> and <see cref="Position"/> alone.</summary>
internal abstract class LatentTask
{
    /// <summary>What is trained.</summary>
    public abstract Module Model { get; }

    /// <summary>The random source that batches are drawn with.</summary>
    public abstract RandomSource Random { get; }

    /// <summary>The state kept between batches, other than the random source.</summary>
    public abstract IReadOnlyList<long> Position { get; set; }

    /// <summary>The loss of the next batch.</summary>
    /// <param name="noise">Where the noise of the latent states' draws comes from.</param>
    /// <param name="divergenceWeight">The weight of the divergence.</param>
    public abstract Tensor Loss(RandomSource noise, double divergenceWeight);

    /// <summary>The error by which the best model is kept; null where the last one is kept.</summary>
    public abstract double? Validate();
}

/// <summary>The negative evidence lower bound of series, divided by the number of steps of the batch's longest.</summary>
internal sealed class EvidenceTask : LatentTask
{
    private readonly LatentSeriesModel _model;
    private readonly SeriesBatchSource _batches;
    private readonly Func<LatentSeriesModel, double> _validate;

    public EvidenceTask(LatentSeriesModel model, SeriesBatchSource batches, Func<LatentSeriesModel, double> validate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(validate);
        (_model, _batches, _validate) = (model, batches, validate);
    }

    public override Module Model => _model;

    public override RandomSource Random => _batches.Random;

    public override IReadOnlyList<long> Position
    {
        get => _batches.Position;
        set => _batches.Position = value;
    }

    public override Tensor Loss(RandomSource noise, double divergenceWeight)
    {
        SeriesBatch batch = _batches.Next();
        return _model.Elbo(batch, noise, divergenceWeight) * (-1.0 / batch.StepCount);
    }

    public override double? Validate() => _validate(_model);
}
