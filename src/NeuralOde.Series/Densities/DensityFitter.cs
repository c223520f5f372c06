using NeuralOde.Optimizers;

namespace NeuralOde.Series.Densities;

/// <summary>Learns the density of points. One instance is one run.</summary>
/// <example>
/// <code>
/// var data = DensityData.FromRows(["height", "weight"], rows, holdOut: 0.2, seed: 0);
/// DensityFit fit = new DensityFitter(data, DensityOptions.For(DensityMethod.Matching)).Run();
/// fit.Model.Save("people.safetensors");
/// </code>
/// </example>
public sealed class DensityFitter
{
    private readonly DensityData _data;
    private readonly DensityModel _model;
    private readonly DensityTask _task;
    private readonly TrainingRun _run;

    /// <summary>Makes the model, and compiles its training.</summary>
    /// <param name="data">The points.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <exception cref="SettingException">A setting is out of range.</exception>
    /// <exception cref="DensityException">The method takes more columns.</exception>
    public DensityFitter(DensityData data, DensityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new DensityOptions();
        DensityOptions.Settings.Check(options);
        var random = new RandomSource(options.Seed);
        _data = data;
        _model = new DensityModel(options, data.Columns, data.Means, data.Deviations, random.Split());
        _task = new DensityTask(_model, data, random.Split());
        _run = new TrainingRun(_task, new Adam(_model.Parameters, options.LearningRate), options.ForRun());
    }

    /// <summary>The model; after <see cref="Run"/> the best one.</summary>
    public DensityModel Model => _model;

    /// <summary>Resumes a run that was kept in a checkpoint, before this one has begun.</summary>
    /// <param name="path">The file.</param>
    /// <inheritdoc cref="TrainingRun.Resume"/>
    public void Resume(string path) => _run.Resume(path);

    /// <summary>Trains, keeps the model that validated best, and measures it on the rows held out for that.</summary>
    /// <param name="progress">Reported about 20 times per second, and at the end.</param>
    /// <param name="cancellationToken">Ends training early; the result then is of the best model so far.</param>
    /// <returns>The result.</returns>
    public DensityFit Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingResult training = _run.Run(progress, cancellationToken);
        double[] scores = _model.LogDensityOfStandardized(_data.Test.Span);
        double error = -scores.Average();
        return new DensityFit(_model, training, [.. _task.Record], double.IsNaN(error) ? double.PositiveInfinity : error, _model.Evaluations);
    }
}

/// <summary>A learned density, and how good it is.</summary>
/// <param name="Model">The best model.</param>
/// <param name="Training">What training recorded.</param>
/// <param name="Validations">The model during training.</param>
/// <param name="NegativeLogLikelihood">The mean of <c>−log p</c> over rows that neither learned nor chose the model, standardized, in nats.</param>
/// <param name="Evaluations">Evaluations of the field to score them; 0 for a discrete flow.</param>
public sealed record DensityFit(
    DensityModel Model, TrainingResult Training, IReadOnlyList<DensityValidation> Validations, double NegativeLogLikelihood, long Evaluations);
