using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers.Recurrent;

namespace NeuralOde.Series.Latent;

/// <summary>
/// An ODE-RNN that reads the series backward in time, flows on to the batch's first time, and an affine layer from there to mean and log-variance
/// (Rubanova, Chen, Duvenaud 2019, arXiv 1907.03907, section 3.2).
/// </summary>
public sealed class OdeRnnEncoder : SeriesEncoder
{
    /// <summary>Makes the encoder.</summary>
    /// <param name="field">What moves the state between observations, of <paramref name="hidden"/> components.</param>
    /// <param name="components">The number of components of an observation, at least 1.</param>
    /// <param name="hidden">The number of units, at least 1.</param>
    /// <param name="latent">The number of components of the latent state, at least 1.</param>
    /// <param name="readsMask">Whether it reads which values were observed; needed where components are missing.</param>
    /// <param name="stepCount">The number of Runge-Kutta steps of order four between two observations, at least 1.</param>
    /// <param name="random">Where the first values come from; <see cref="RandomSource.Default"/> if not given.</param>
    /// <param name="dtype">The element type.</param>
    public OdeRnnEncoder(
        VectorField field, int components, int hidden, int latent, bool readsMask = false, int stepCount = 1, RandomSource? random = null, DType dtype = DType.Float32)
        : base(components, latent, readsMask)
    {
        var flow = new PerSampleOdeBlock(field) { Solver = new RungeKutta4(), StepCount = stepCount };
        Rnn = AddModule("rnn", new OdeRnn(flow, new GruCell(components * (readsMask ? 2 : 1), hidden, random, dtype), reverse: true));
        Head = AddModule("head", new Linear(hidden, 2 * latent, random: random, dtype: dtype));
    }

    /// <summary>What reads the series.</summary>
    public OdeRnn Rnn { get; }

    /// <summary>From the final state to means, then logarithms of variances.</summary>
    public Linear Head { get; }

    private protected override Tensor Encode(SeriesBatch batch)
    {
        var x = Tensor.Concatenate(Inputs(batch), -1);
        Tensor state = Rnn.Final(x, batch.StepTimes.ToArray(), batch.StepMask);
        double start = batch.Times[0];
        double[] spans = Array.ConvertAll(batch.FirstTimes(), first => start - first);
        if (Array.Exists(spans, static span => span != 0))
        {
            var dt = Tensor.From(spans, [spans.Length, 1]);
            state = Rnn.Flow.Forward(state, state.DType == DType.Float32 ? dt.ToSingle() : dt);
        }

        return Head.Forward(state);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new OdeRnnEncoder(
        cloner.Clone(Rnn.Flow.Field), Components, Rnn.Cell.HiddenCount, LatentCount, ReadsMask, Rnn.Flow.StepCount, new RandomSource(0), Head.Weight.DType);
}
