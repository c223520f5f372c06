using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Flows;
using NeuralOde.Flows.Discrete;
using NeuralOde.Flows.Divergences;
using NeuralOde.Flows.Matching;

namespace NeuralOde.Series.Densities;

/// <summary>A learned density of the rows of a table: scores rows, and draws new ones.</summary>
/// <remarks>Densities are in the table's own units: per unit of each column, in nats. Not thread-safe.</remarks>
/// <example>
/// <code>
/// DensityModel model = new DensityFitter(data, new DensityOptions()).Run().Model;
/// double[] scores = model.LogDensity(rows);
/// double[] quantiles = model.Quantiles(scores);
/// </code>
/// </example>
public sealed class DensityModel
{
    private const string Prefix = "flow.";
    private const string MeansName = "scale.means";
    private const string DeviationsName = "scale.deviations";
    private const int RowsAtOnce = 1_024;
    private const int RankingDraws = 4_000;
    private const double ScoreTolerance = 1e-5;
    private readonly double[] _means;
    private readonly double[] _deviations;
    private readonly double _logScale;
    private double[]? _ranking;

    internal DensityModel(DensityOptions options, IReadOnlyList<string> columns, IReadOnlyList<double> means, IReadOnlyList<double> deviations, RandomSource random)
    {
        (Options, Columns) = (options, [.. columns]);
        (_means, _deviations) = ([.. means], [.. deviations]);
        _logScale = _deviations.Sum(Math.Log);
        int dimension = columns.Count;
        switch (options.Method)
        {
            case DensityMethod.Matching:
                Continuous = Flow(new PreconditionedField(dimension, options.Hidden, random));
                break;
            case DensityMethod.Likelihood:
                Continuous = Flow(new ConcatSquashField(dimension, options.Hidden, Activation.Tanh, random: random));
                break;
            case DensityMethod.Coupling:
                if (dimension < 2)
                {
                    throw new DensityException(
                        DensityReason.TooFewColumns, "A coupling flow takes at least two columns: one half of them tells how the other half is moved.", "Choose "
                            + "another method, or name more columns.");
                }

                Discrete = DiscreteFlow.Coupling(dimension, options.Layers, options.Hidden, random: random);
                break;
            default:
                Discrete = DiscreteFlow.Planar(dimension, options.Layers, random: random);
                break;
        }
    }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static ModelKind FileKind { get; } = new("density", "a density of rows");

    /// <summary>How it was learned.</summary>
    public DensityOptions Options { get; }

    /// <summary>The columns' names, in the order of a row's values.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The number of columns.</summary>
    public int Dimension => Columns.Count;

    /// <summary>Further text that is kept in its file, such as the command that made it.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; private init; } = new Dictionary<string, string>();

    /// <summary>The parameters.</summary>
    public ParameterList Parameters => Flow().Parameters;

    /// <summary>The flow of standardized points, where it is a continuous one.</summary>
    internal ContinuousFlow? Continuous { get; }

    /// <summary>The flow of standardized points, where it is a discrete one.</summary>
    internal DiscreteFlow? Discrete { get; }

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is of another kind, or its description is damaged.</exception>
    /// <exception cref="SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static DensityModel Load(string path)
    {
        var file = ModelFile.Load(path, FileKind);
        DensityOptions options;
        try
        {
            // The method decides which settings there are.
            (string name, DensityMethod method) = DensityWords.Methods.FirstOrDefault(x => x.Name == file.Setting("method"));
            options = DensityOptions.Settings.FromText(name is null ? throw file.Wrong("method") : DensityOptions.For(method), file.Settings);
        }
        catch (SettingException e)
        {
            throw file.Damaged(e);
        }

        string[] columns = file.Names("columns");
        double[] means = Numbers(MeansName), deviations = Numbers(DeviationsName);
        if (columns.Length == 0 || means.Any(static x => !double.IsFinite(x)) || deviations.Any(static x => !(x > 0) || !double.IsFinite(x)))
        {
            throw file.Damaged("its columns have no scale");
        }

        // A file that claims large layers must have their weights before memory is taken for them.
        long weights = options.Hidden.Zip(options.Hidden.Skip(1), static (a, b) => (long)a * b).Sum();
        file.RequireValues(options.Method switch
        {
            DensityMethod.Planar => (long)options.Layers * columns.Length,
            DensityMethod.Coupling => options.Layers * (weights + options.Hidden[0]),
            _ => weights + ((long)columns.Length * options.Hidden[0]),
        });
        var model = new DensityModel(options, columns, means, deviations, new RandomSource(0)) { Notes = file.Notes };
        model.Flow().Load(file.Part(Prefix));
        return model;

        double[] Numbers(string name)
        {
            SafeTensor tensor = file[name];
            return tensor.Count == columns.Length
                ? tensor.ToArray<double>()
                : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongShape, $"the tensor '{name}' is {tensor}; a model of {columns.Length} columns "
                    + $"has as many values.");
        }
    }

    /// <summary>Writes the model to a file, all or nothing.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is whole.</param>
    /// <param name="notes">Further text to keep in it; that of <see cref="Notes"/> where null.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? notes = null) => new ModelFile(
        FileKind,
        [.. DensityOptions.Settings.ToText(Options), ("columns", ModelFile.Text(Columns))],
        [
            .. Flow().ToTensors(Prefix),
            SafeTensor.Create<double>(MeansName, _means, [Dimension]),
            SafeTensor.Create<double>(DeviationsName, _deviations, [Dimension]),
        ],
        notes ?? Notes).Save(path);

    /// <summary>The log-density of rows.</summary>
    /// <param name="rows">Values in the columns' order, row-major.</param>
    /// <returns>One number for each row, in nats; NaN for a row that is so far from the data that its path cannot be solved.</returns>
    /// <exception cref="DensityException">A value is missing or not finite.</exception>
    public double[] LogDensity(ReadOnlySpan<double> rows)
    {
        ArgumentException.ThrowIf(rows.Length % Dimension != 0, $"Rows of {Dimension} columns have a multiple of {Dimension} values; got {rows.Length}.", nameof(rows));
        float[] standardized = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (!double.IsFinite(rows[i]))
            {
                throw new DensityException(
                    DensityReason.MissingValue, $"Row {(i / Dimension) + 1} has no finite value in column '{Columns[i % Dimension]}'.", "Fill it in, or leave the row out.")
                {
                    Column = Columns[i % Dimension],
                };
            }

            standardized[i] = (float)((rows[i] - _means[i % Dimension]) / _deviations[i % Dimension]);
        }

        return [.. LogDensityOfStandardized(standardized).Select(x => x - _logScale)];
    }

    /// <summary>How usual log-densities are: the share of rows, among the model's own draws, that have a lower one.</summary>
    /// <param name="logDensities">Results of <see cref="LogDensity"/>.</param>
    /// <returns>From 0, less likely than all draws, to 1; NaN where the log-density is.</returns>
    /// <remarks>Of 4,000 draws with a fixed seed, so that quantiles are exact to about 0.01 in the middle, and to 0.0003 at the ends.</remarks>
    public double[] Quantiles(ReadOnlySpan<double> logDensities)
    {
        _ranking ??= [.. LogDensity(Sample(RankingDraws, new RandomSource(1))).Where(static x => !double.IsNaN(x)).Order()];
        double[] quantiles = new double[logDensities.Length];
        for (int i = 0; i < quantiles.Length; i++)
        {
            double x = logDensities[i];
            int below = Array.BinarySearch(_ranking, x);
            quantiles[i] = double.IsNaN(x) ? double.NaN : (double)(below < 0 ? ~below : below) / _ranking.Length;
        }

        return quantiles;
    }

    /// <summary>Draws rows.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns>Values in the columns' order, row-major.</returns>
    public double[] Sample(int count, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(random);
        using IDisposable noGradients = GradientMode.Disable();
        return Natural(Continuous?.Sample(count, random) ?? Discrete!.Sample(count, random));
    }

    /// <summary>The states of draws on their way from noise to data: at evenly spaced times of a continuous flow, or after layers of a discrete one.</summary>
    /// <param name="count">How many draws, at least 1.</param>
    /// <param name="stages">How many states of each, at least 2: the first is noise, the last a row.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns>For each stage how much of the way is done, from 0 to 1, and the rows, row-major, in the table's units.</returns>
    public IReadOnlyList<(double Time, double[] Rows)> Path(int count, int stages, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 2);
        ArgumentNullException.ThrowIfNull(random);
        using IDisposable noGradients = GradientMode.Disable();
        double[] times = [.. Enumerable.Range(0, stages).Select(i => (double)i / (stages - 1))];
        if (Continuous is { } flow)
        {
            Tensor path = flow.Path(flow.Base.Sample(count, random), times);
            return [.. times.Select((t, i) => (t, Natural(path.Select(0, i))))];
        }

        IReadOnlyList<Tensor> layers = Discrete!.Path(Discrete.Base.Sample(count, random));
        int[] shown = [.. times.Select(t => (int)Math.Round(t * (layers.Count - 1))).Distinct()];
        return [.. shown.Select(i => ((double)i / (layers.Count - 1), Natural(layers[i])))];
    }

    /// <summary>The log-density at a moment of the way from noise to data, of rows in the table's units.</summary>
    /// <param name="rows">Values in the columns' order, row-major.</param>
    /// <param name="time">How much of the way is done, from 0 to 1; a discrete flow rounds it to whole layers.</param>
    /// <returns>One number for each row, in nats.</returns>
    public double[] LogDensityAt(ReadOnlySpan<double> rows, double time)
    {
        float[] points = new float[rows.Length];
        for (int i = 0; i < points.Length; i++)
        {
            points[i] = (float)((rows[i] - _means[i % Dimension]) / _deviations[i % Dimension]);
        }

        DiscreteFlow? partial = null;
        if (Discrete is { } flow)
        {
            // The layers go from the data to noise: the last ones are the first part of the way.
            int done = (int)Math.Round(time * flow.Layers.Count);
            partial = done > 0 ? new DiscreteFlow([.. flow.Layers.Skip(flow.Layers.Count - done)], flow.Base) : null;
        }

        return [.. InChunks(points, z => Continuous is { } continuous ? continuous.LogDensityAt(z, time)
            : partial is null ? Discrete!.Base.LogDensity(z) : partial.LogDensity(z)).Select(x => x - _logScale)];
    }

    /// <summary>Evaluations of the field in the last solve for <see cref="LogDensityOfStandardized"/>; 0 for a discrete flow.</summary>
    internal long Evaluations { get; private set; }

    /// <summary>The same of standardized points.</summary>
    internal double[] LogDensityOfStandardized(ReadOnlySpan<float> points) => InChunks(points, x =>
    {
        if (Continuous is not { } flow)
        {
            return Discrete!.LogDensity(x);
        }

        FlowSolution solution = flow.ToBase(x);
        Evaluations = solution.Forward.Evaluations;
        return flow.Base.LogDensity(solution.Points) + solution.LogDeterminant;
    });

    /// <summary>The flow, whose parameters are learned.</summary>
    internal Module Flow() => Continuous is null ? Discrete! : Continuous;

    private double[] InChunks(ReadOnlySpan<float> points, Func<Tensor, Tensor> score)
    {
        using IDisposable noGradients = GradientMode.Disable();
        List<double> scores = new(points.Length / Dimension);
        for (int start = 0; start < points.Length; start += RowsAtOnce * Dimension)
        {
            ReadOnlySpan<float> chunk = points[start..Math.Min(points.Length, start + (RowsAtOnce * Dimension))];
            scores.AddRange(Score(chunk, score));
        }

        return [.. scores];
    }

    private double[] Score(ReadOnlySpan<float> chunk, Func<Tensor, Tensor> score)
    {
        using var scope = TensorScope.Begin();
        int count = chunk.Length / Dimension;
        try
        {
            return score(Tensor.From(chunk, [count, Dimension])).ToDoubles();
        }
        catch (OdeSolveException) when (count > 1)
        {
            // A row far from all data can make its batch unsolvable: by halves the others are scored all the same.
            int half = count / 2 * Dimension;
            return [.. Score(chunk[..half], score), .. Score(chunk[half..], score)];
        }
        catch (OdeSolveException)
        {
            return [double.NaN];
        }
    }

    private ContinuousFlow Flow(VectorField field) => new(field, new NormalDistribution(Dimension))
    {
        Solver = new Dopri5(),
        Steps = new AdaptiveSteps { RelativeTolerance = ScoreTolerance, AbsoluteTolerance = ScoreTolerance, MaxSteps = 5_000 },
    };

    private double[] Natural(Tensor standardized)
    {
        double[] values = standardized.ToDoubles();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (values[i] * _deviations[i % Dimension]) + _means[i % Dimension];
        }

        return values;
    }
}
