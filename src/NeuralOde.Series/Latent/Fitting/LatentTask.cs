using NeuralOde.MicroBatches;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>What a <see cref="LatentTrainer"/> trains, and by what. What comes next depends on <see cref="Random"/> and <see cref="Position"/> alone.</summary>
internal abstract class LatentTask
{
    /// <summary>What is trained.</summary>
    public abstract Module Model { get; }

    /// <summary>The number of components of the latent state.</summary>
    public abstract int LatentCount { get; }

    /// <summary>The random source that batches are drawn with.</summary>
    public abstract RandomSource Random { get; }

    /// <summary>The state kept between batches, other than the random source.</summary>
    public abstract IReadOnlyList<long> Position { get; set; }

    /// <summary>Draws the next batch.</summary>
    /// <returns>The number of series in it.</returns>
    public abstract int Draw();

    /// <summary>The mean loss over some series of the batch that was drawn.</summary>
    /// <param name="samples">Which series.</param>
    /// <param name="noise">The standard normal noise of their latent states' draws, <c>[series, latent]</c>.</param>
    /// <param name="divergenceWeight">The weight of the divergence.</param>
    public abstract Tensor Loss(MicroBatch samples, Tensor noise, double divergenceWeight);

    /// <summary>The error by which the best model is kept; null where the last one is kept.</summary>
    public abstract double? Validate();
}

/// <summary>The negative evidence lower bound of series, divided by the number of steps of the batch's longest.</summary>
internal sealed class EvidenceTask : LatentTask
{
    private readonly LatentSeriesModel _model;
    private readonly SeriesBatchSource _batches;
    private readonly Func<LatentSeriesModel, double> _validate;
    private SeriesBatch? _batch;

    public EvidenceTask(LatentSeriesModel model, SeriesBatchSource batches, Func<LatentSeriesModel, double> validate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(validate);
        (_model, _batches, _validate) = (model, batches, validate);
    }

    public override Module Model => _model;

    public override int LatentCount => _model.Encoder.LatentCount;

    public override RandomSource Random => _batches.Random;

    public override IReadOnlyList<long> Position
    {
        get => _batches.Position;
        set => _batches.Position = value;
    }

    public override int Draw() => (_batch = _batches.Next()).Count;

    public override Tensor Loss(MicroBatch samples, Tensor noise, double divergenceWeight)
    {
        SeriesBatch part = _batch!.Part(samples.Start, samples.Count);
        return _model.Elbo(part, noise, divergenceWeight) * (-1.0 / part.StepCount);
    }

    public override double? Validate() => _validate(_model);
}
