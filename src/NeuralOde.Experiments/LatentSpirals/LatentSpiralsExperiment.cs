namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>Learns spirals of both directions from irregular noisy observations, by a latent differential equation or by a recurrent network. One instance is one run.</summary>
/// <remarks>
/// A batch is a span of at most 100 consecutive points of some spirals, of which 30, 50 or 100 are kept. The best model is kept by its median error of
/// reconstruction from 100 observations of validation spirals; the result is measured on test spirals, which nothing is chosen by.
/// </remarks>
public sealed class LatentSpiralsExperiment
{
    /// <summary>The numbers of observations that are learned from and measured at.</summary>
    public static IReadOnlyList<int> ObservationCounts { get; } = [30, 50, 100];

    private readonly LatentSpiralsOptions _options;
    private readonly LatentTrainer _trainer;

    /// <summary>Makes the data and the model.</summary>
    /// <param name="options">The settings; <see cref="LatentSpiralsOptions.Default"/> if not given.</param>
    /// <exception cref="Settings.SettingException">A setting is out of range.</exception>
    public LatentSpiralsExperiment(LatentSpiralsOptions? options = null)
    {
        options ??= LatentSpiralsOptions.Default;
        LatentSpiralsOptions.Settings.Check(options);
        _options = options;

        // Test spirals are of another seed, so that no setting of this run reaches them.
        var random = new RandomSource(options.Training.Seed);
        Training = new SpiralSet(options.TrainingCount, random.Split());
        Validation = new SpiralSet(options.ValidationCount, random.Split());
        Test = CreateTest(options);
        Model = CreateModel(options, random.Split());
        var batches = new SpiralBatches(Training, options.BatchSize, options.ShortestSpan, SpiralErrors.Window, ObservationCounts, random.Split());
        _trainer = new LatentTrainer(
            Model,
            batches,
            model => SpiralErrors.Measure(model, Validation, ObservationCounts[^1], Choice()).Reconstruction.Median,
            options.Training with
            {
                RunSettings =
                [
                    .. LatentSpiralsOptions.Settings.ToResume(options).Except(LatentTrainingOptions.Settings.ToResume(options.Training)),
                    .. options.Training.RunSettings,
                ],
            });
    }

    /// <summary>The model; after <see cref="Run"/> with the best parameters.</summary>
    public LatentSeriesModel Model { get; }

    /// <summary>The spirals that are learned from.</summary>
    public SpiralSet Training { get; }

    /// <summary>The spirals that select the best model.</summary>
    public SpiralSet Validation { get; }

    /// <summary>The spirals on which the result is measured.</summary>
    public SpiralSet Test { get; }

    /// <summary>Makes a model with its first values.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="random">Where the first values come from.</param>
    /// <returns>The model.</returns>
    public static LatentSeriesModel CreateModel(LatentSpiralsOptions options, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        const int Components = 2;
        var encoder = new GruEncoder(Components, options.Hidden, options.Latent, random: random);
        if (options.Decoder == SpiralDecoder.Rnn)
        {
            return new LatentRnn(encoder, options.Hidden, options.LikelihoodDeviation, random: random);
        }

        LayerField field = new Mlp(options.Latent, [options.FieldHidden, options.FieldHidden], options.Latent, Activation.Elu, random: random).AsField();
        var decoder = new Sequential(new Linear(options.Latent, options.FieldHidden, random: random), new Linear(options.FieldHidden, Components, random: random));
        var ode = new OdeBlock(field) { Solver = options.Solver, Steps = options.Steps, GradientMethod = options.Gradient };
        return new LatentOde(encoder, ode, decoder, options.LikelihoodDeviation);
    }

    /// <summary>Draws the spirals on which a result is measured.</summary>
    /// <param name="options">The settings, of which their number and the seed matter.</param>
    /// <returns>The spirals.</returns>
    public static SpiralSet CreateTest(LatentSpiralsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SpiralSet(options.TestCount, new RandomSource(~options.Training.Seed));
    }

    /// <summary>Measures a model at each of <see cref="ObservationCounts"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">Spirals that it has not seen.</param>
    /// <returns>The errors.</returns>
    public static IReadOnlyList<SpiralErrors> Measure(LatentSeriesModel model, SpiralSet test) =>
    [.. ObservationCounts.Select(count => SpiralErrors.Measure(model, test, count, Choice()))];

    /// <summary>Takes up a run that was kept in a checkpoint, before this one has begun.</summary>
    /// <inheritdoc cref="LatentTrainer.Resume"/>
    public void Resume(string path) => _trainer.Resume(path);

    /// <summary>Trains, and measures the best model on the test spirals.</summary>
    /// <param name="progress">Reported about 20 times per second, and at the end of training.</param>
    /// <param name="cancellationToken">Ends training early; the result then is of the best model so far.</param>
    /// <returns>The result.</returns>
    public LatentSpiralsResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingResult training = _trainer.Run(progress, cancellationToken);
        return new LatentSpiralsResult(_options, Model, training, Measure());
    }

    /// <summary>Measures the model as it is on the test spirals, at each of <see cref="ObservationCounts"/>.</summary>
    /// <returns>The errors.</returns>
    public IReadOnlyList<SpiralErrors> Measure() => Measure(Model, Test);

    // The same choice of observed points each time, independent of earlier draws.
    private static RandomSource Choice() => new(1);
}

/// <summary>What a run learned, and how well it does on spirals that it has not seen.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Model">The model, with the best parameters found.</param>
/// <param name="Training">What training recorded.</param>
/// <param name="Errors">The errors on the test spirals, at 30, 50 and 100 observations.</param>
public sealed record LatentSpiralsResult(LatentSpiralsOptions Options, LatentSeriesModel Model, TrainingResult Training, IReadOnlyList<SpiralErrors> Errors);
