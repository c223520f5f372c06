namespace NeuralOde.Training;

/// <summary>
/// The whole state of a training run, in one safetensors file that is written whole or not at all: parameters and buffers (<c>model.NAME</c>), the optimizer's state
/// (<c>optimizer.NAME</c>), where random sources stand (<c>random.NAME</c>), the run's own position and history
/// (<c>run.NAME</c>), and the settings that it must be resumed with.
/// </summary>
/// <remarks>A run that is resumed gives the same bits as one that was never stopped, if its data depend on its position alone.</remarks>
public sealed class TrainingCheckpoint
{
    private const string ModelPrefix = "model.";
    private const string OptimizerPrefix = "optimizer.";
    private const string RandomPrefix = "random.";
    private const string RunPrefix = "run.";

    private static readonly ModelKind s_kind = new("checkpoint", "a checkpoint of a training run");

    private readonly Module _model;
    private readonly Optimizer _optimizer;
    private readonly IReadOnlyList<(string Name, string Value)> _settings;
    private readonly IReadOnlyList<(string Name, RandomSource Source)> _random;

    /// <summary>Says what a checkpoint holds.</summary>
    /// <param name="model">Whose parameters and buffers.</param>
    /// <param name="optimizer">Whose state.</param>
    /// <param name="settings">What must be the same when the run is resumed, as words that a user knows; in the order in which a difference is looked for.</param>
    /// <param name="random">Random sources that are drawn from while training, with a name each.</param>
    public TrainingCheckpoint(
        Module model, Optimizer optimizer, IReadOnlyList<(string Name, string Value)> settings, params IReadOnlyList<(string Name, RandomSource Source)> random)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        (_model, _optimizer, _settings, _random) = (model, optimizer, settings, random);
    }

    /// <summary>Writes the run as it stands.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is whole.</param>
    /// <param name="run">The run's position and what it has recorded, in arrays of its own making.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path, IEnumerable<SafeTensor> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        new ModelFile(
            s_kind,
            _settings,
            [
                .. _model.ToTensors(ModelPrefix),
                .. _optimizer.SaveState(OptimizerPrefix),
                .. _random.Select(static x => SafeTensor.Create<ulong>(RandomPrefix + x.Name, Words(x.Source.State), [4])),
                .. run.Select(static x => x.Renamed(RunPrefix + x.Name)),
            ]).Save(path);
    }

    /// <summary>Resumes a run: checks the whole file, then sets model, optimizer and random sources.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The run's position and history, as they were given to <see cref="Save"/>.</returns>
    /// <exception cref="CheckpointException">The checkpoint is of other settings or of another model; the message says what differs.</exception>
    /// <exception cref="ModelFileException">The file is not a checkpoint.</exception>
    /// <exception cref="SafeTensorsException">The file is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public SafeTensorsFile Restore(string path)
    {
        var file = ModelFile.Load(path, s_kind);
        CheckSettings(path, file.Settings);
        try
        {
            RandomState[] states = [.. _random.Select(x => State(file[RandomPrefix + x.Name]))];
            SafeTensor[] optimizer = [.. file.Tensors.Where(static x => x.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal))];

            // The model is checked whole before it changes; what it had comes back should the optimizer's state not fit.
            var before = new ParameterSnapshot(_model);
            _model.Load(file.Part(ModelPrefix));
            try
            {
                _optimizer.LoadState(optimizer, OptimizerPrefix);
            }
            catch
            {
                before.Restore();
                throw;
            }

            foreach (((string _, RandomSource source), RandomState state) in _random.Zip(states))
            {
                source.State = state;
            }
        }
        catch (SafeTensorsException e)
        {
            throw new CheckpointException(path, e);
        }

        return file.Part(RunPrefix);
    }

    /// <summary>Reads a run's position and history without resuming it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What was given to <see cref="Save"/>, and the settings of the run.</returns>
    /// <exception cref="ModelFileException">The file is not a checkpoint.</exception>
    /// <exception cref="SafeTensorsException">The file is damaged.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static (SafeTensorsFile Run, IReadOnlyDictionary<string, string> Settings) Read(string path)
    {
        var file = ModelFile.Load(path, s_kind);
        return (file.Part(RunPrefix), file.Settings);
    }

    private void CheckSettings(string path, IReadOnlyDictionary<string, string> theirs)
    {
        (string Name, string Difference)[] differences =
        [
            .. _settings.Where(x => theirs.GetValueOrDefault(x.Name) != x.Value)
                .Select(
                    x => (
                        x.Name,
                        theirs.TryGetValue(x.Name, out string? value)
                            ? $"{x.Name} was '{value}' and is '{x.Value}'"
                            : $"it does not mention {x.Name}, which is '{x.Value}'")),
            .. theirs.Keys.Except(_settings.Select(static x => x.Name)).Select(name => (name, $"{name} was '{theirs[name]}' and is not set")),
        ];
        if (differences.Length > 0)
        {
            throw new CheckpointException(
                path,
                CheckpointReason.OtherSettings,
                $"it is of a run with other settings: {string.Join("; ", differences.Select(static x => x.Difference))}.",
                "Resume with the settings that it was made with, or start a new run.")
            {
                Settings = [.. differences.Select(static x => x.Name)],
            };
        }
    }

    private static ulong[] Words(RandomState state) => [(ulong)state.Seed, state.Stream, state.Offset, state.Children];

    private static RandomState State(SafeTensor tensor) => tensor.ToArray<ulong>() is [var seed, var stream, var offset, var children]
        ? new RandomState((long)seed, stream, offset, children)
        : throw new SafeTensorsException(tensor.File, SafeTensorsReason.WrongShape, $"'{tensor.Name}' holds {tensor.Count} numbers; the position of a random source takes four.");
}
