namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>A trained model of spirals with all that it needs to be made again: its parts' sizes, the solver, the seed of its data.</summary>
public sealed class SpiralModel
{
    private const string Prefix = "model.";

    /// <summary>Puts a model together with what it was made from.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The settings of the experiment that made it.</param>
    /// <param name="notes">Further text to keep with it, such as the command that made it; none where null.</param>
    public SpiralModel(LatentSeriesModel model, LatentSpiralsOptions options, IReadOnlyDictionary<string, string>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        (Model, Options, Notes) = (model, options, notes ?? new Dictionary<string, string>());
    }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static ModelKind FileKind { get; } = new("spirals", "a model of spirals");

    /// <summary>The names of the models on a command line, in the order of <see cref="SpiralDecoder"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["latent-ode", "rnn"];

    /// <summary>The model.</summary>
    public LatentSeriesModel Model { get; }

    /// <summary>The settings. How it was trained is kept, too.</summary>
    public LatentSpiralsOptions Options { get; }

    /// <summary>Further text that is kept with it.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; }

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">What is to be different, such as another solver for the same parameters; nothing where null.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is not a model of spirals (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SpiralModel Load(string path, Func<LatentSpiralsOptions, LatentSpiralsOptions>? change = null)
    {
        var file = ModelFile.Load(path, FileKind);
        LatentSpiralsOptions options;
        try
        {
            options = LatentSpiralsOptions.Settings.FromText(new LatentSpiralsOptions(), file.Settings);
        }
        catch (SettingException e)
        {
            throw file.Damaged(e);
        }

        long units = options.Hidden, latent = options.Latent, field = options.Decoder == SpiralDecoder.Ode ? options.FieldHidden : 0;
        file.RequireValues((3 * units * units) + (2 * units * latent) + (field * field) + (field * latent));
        options = change?.Invoke(options) ?? options;
        LatentSeriesModel model = LatentSpiralsExperiment.CreateModel(options, new RandomSource(0));
        model.Load(file.Part(Prefix));
        return new SpiralModel(model, options, file.Notes);
    }

    /// <summary>Writes the model to a file, all or nothing.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is whole.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => new ModelFile(FileKind, LatentSpiralsOptions.Settings.ToText(Options), Model.ToTensors(Prefix), Notes).Save(path);
}
