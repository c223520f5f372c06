using NeuralOde.Optimizers;

namespace NeuralOde.Series.Latent.Fitting;

/// <summary>
/// Maximizes the evidence lower bound of a <see cref="LatentSeriesModel"/> with Adam, keeps the model that validates best, and can be stopped at any moment and resumed
/// bit for bit. One instance is one run.
/// </summary>
/// <remarks>
/// The loss is the negative bound divided by the number of steps of the batch's longest series. A training step whose solve fails, or whose numbers are not
/// finite, is skipped; too many in a row end training.
/// </remarks>
public sealed class LatentTrainer
{
    private readonly TrainingRun _run;

    /// <summary>Prepares a run.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="batches">Where batches come from.</param>
    /// <param name="validate">The error of a model on series that it is not trained on, by which the best is kept. The model is in evaluation mode.</param>
    /// <param name="options">The settings; the defaults where null.</param>
    /// <exception cref="Settings.SettingException">A setting is out of range.</exception>
    public LatentTrainer(LatentSeriesModel model, SeriesBatchSource batches, Func<LatentSeriesModel, double> validate, LatentTrainingOptions? options = null)
        : this(new EvidenceTask(model, batches, validate), options ?? new LatentTrainingOptions())
    {
    }

    /// <summary>Prepares a run of any task.</summary>
    internal LatentTrainer(LatentTask task, LatentTrainingOptions options)
    {
        LatentTrainingOptions.Settings.Check(options);
        _run = new TrainingRun(new LatentTrainingTask(task, options), new Adam(task.Model.Parameters, options.LearningRate), options.ForRun());
    }

    /// <summary>Resumes a run from its checkpoint, before this one has begun.</summary>
    /// <inheritdoc cref="TrainingRun.Resume"/>
    public void Resume(string path) => _run.Resume(path);

    /// <summary>Trains. The model holds the best parameters and buffers afterwards.</summary>
    /// <inheritdoc cref="TrainingRun.Run"/>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) => _run.Run(progress, cancellationToken);
}
