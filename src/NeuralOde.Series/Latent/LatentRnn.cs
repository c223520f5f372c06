using NeuralOde.Layers.Recurrent;

namespace NeuralOde.Series.Latent;

/// <summary>
/// The same model with a recurrent network in the place of the differential equation, to compare with: a GRU that reads its own last output and the time since
/// (<c>(x̂_{i−1}, t_i − t_{i−1})</c>), from a state that the latent one gives.
/// </summary>
public sealed class LatentRnn : LatentSeriesModel
{
    private readonly FeedbackGru _decoder;

    /// <summary>Makes the model, with PyTorch's first values.</summary>
    /// <param name="encoder">From series to the latent state's distribution.</param>
    /// <param name="hidden">The decoder's number of units, at least 1.</param>
    /// <param name="noise">The standard deviation of the observations around the path, above 0, in the data's units; where it is learned, its first value.</param>
    /// <param name="learnsNoise">Whether it is learned, one for each component.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or <paramref name="noise"/> is not above 0.</exception>
    public LatentRnn(SeriesEncoder encoder, int hidden, double noise = 0.1, bool learnsNoise = false, RandomSource? random = null, DType dtype = DType.Float32)
        : base(encoder, noise, learnsNoise)
    {
        Start = AddModule("start", new Linear(encoder.LatentCount, hidden, random: random, dtype: dtype));
        Cell = AddModule("cell", new GruCell(encoder.Components + 1, hidden, random, dtype));
        Output = AddModule("output", new Linear(hidden, encoder.Components, random: random, dtype: dtype));
        _decoder = new FeedbackGru(Cell, Output);
    }

    /// <summary>From the latent state to the first hidden one, followed by a tanh.</summary>
    public Linear Start { get; }

    /// <summary>The decoder's step.</summary>
    public GruCell Cell { get; }

    /// <summary>From hidden states to observations.</summary>
    public Linear Output { get; }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor latent, double start, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(latent);
        CheckStart(start, times);
        int batch = latent.Shape[0];
        double[][] spans = new double[times.Length][];
        for (int i = 0; i < spans.Length; i++)
        {
            spans[i] = [.. Enumerable.Repeat(times[i] - (i == 0 ? start : times[i - 1]), batch)];
        }

        return Run(latent, spans);
    }

    internal override Tensor Predict(Tensor latent, SeriesBatch batch)
    {
        double[] differences = batch.TimeDifferences().ToDoubles();
        return Run(latent, [.. differences.Chunk(batch.Count).Select(static x => Array.ConvertAll(x, static difference => -difference))]);
    }

    private Tensor Run(Tensor latent, double[][] spans)
    {
        Tensor state = Start.Forward(latent).Tanh();

        // A path that starts at its first point has its first output from there.
        int first = Array.Exists(spans[0], static span => span != 0) ? 0 : 1;
        if (first == spans.Length)
        {
            return Output.Forward(state).Unsqueeze(0);
        }

        int batch = latent.Shape[0];
        var times = Tensor.From([.. spans.Skip(first).SelectMany(static x => x)], [spans.Length - first, batch, 1]);
        Tensor states = _decoder.Forward(latent.DType == DType.Float32 ? times.ToSingle() : times, state);
        return Output.Forward(first == 0 ? states : Tensor.Concatenate([state.Unsqueeze(0), states]));
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new LatentRnn(cloner.Clone(Encoder), Cell.HiddenCount, InitialNoise, LearnsNoise, new RandomSource(0), Output.Weight.DType);
}
