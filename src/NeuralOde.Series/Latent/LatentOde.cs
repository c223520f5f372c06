using NeuralOde.Blocks;

namespace NeuralOde.Series.Latent;

/// <summary>
/// A variational model of series: a latent state is inferred from the observations, follows an ordinary differential equation, and every observation is a decoder's view of
/// it with Gaussian noise (Chen et al. 2018, arXiv 1806.07366, section 5).
/// </summary>
/// <remarks>
/// The latent state stands at the batch's first time. Where samples have their own times there is one solve over the union of all times, from which each
/// sample's states are gathered: with a method that chooses its steps, more times cost dense output only, and this was two to four times as fast as one Runge-Kutta step from each
/// sample's time to its next (12 series of 10 times to 50 of 100). A method with fixed steps lands on every time of the union, so choose one that does not. Not thread-safe.
/// </remarks>
public sealed class LatentOde : LatentSeriesModel
{
    /// <summary>Makes the model.</summary>
    /// <param name="encoder">From series to the latent state's distribution.</param>
    /// <param name="ode">The latent dynamics, with the solver and the gradient method.</param>
    /// <param name="decoder">From latent states, <c>[…, latent]</c>, to observations, <c>[…, components]</c>.</param>
    /// <param name="noise">The standard deviation of the observations around the decoder's view, above 0, in the data's units; where it is learned, its first value.</param>
    /// <param name="learnsNoise">Whether it is learned, one for each component.</param>
    /// <param name="components">The number of components that the decoder gives; as many as the encoder reads if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="noise"/> is not above 0.</exception>
    public LatentOde(SeriesEncoder encoder, OdeBlock ode, Layer decoder, double noise = 0.1, bool learnsNoise = false, int? components = null)
        : base(encoder, noise, learnsNoise, components)
    {
        ArgumentNullException.ThrowIfNull(ode);
        ArgumentNullException.ThrowIfNull(decoder);
        Ode = AddModule("ode", ode);
        Decoder = AddModule("decoder", decoder);
    }

    /// <summary>The latent dynamics.</summary>
    public OdeBlock Ode { get; }

    /// <summary>From latent states to observations.</summary>
    public Layer Decoder { get; }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor latent, double start, ReadOnlySpan<double> times) => Decoder.Forward(States(latent, start, times));

    internal override Tensor Predict(Tensor latent, SeriesBatch batch) => Decoder.Forward(ObservedStates(latent, batch));

    /// <summary>The latent states at a sample's own steps, <c>[steps, batch, latent]</c>.</summary>
    private Tensor ObservedStates(Tensor latent, SeriesBatch batch)
    {
        Tensor states = States(latent, batch.Times[0], batch.Times);
        if (batch.TimeIndices is not { } indices)
        {
            return states;
        }

        int count = batch.Count;
        int[] rows = [.. indices.Select((time, i) => (time * count) + (i % count))];
        return states.Reshape([batch.Times.Length * count, Encoder.LatentCount]).Gather(rows).Reshape([batch.StepCount, count, Encoder.LatentCount]);
    }

    private Tensor States(Tensor latent, double start, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(latent);
        CheckStart(start, times);
        if (times[0] > start)
        {
            return Ode.Forward(latent, [start, .. times]).Slice(0, 1..);
        }

        return times.Length == 1 ? latent.Unsqueeze(0) : Ode.Forward(latent, times);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) =>
        new LatentOde(cloner.Clone(Encoder), cloner.Clone(Ode), cloner.Clone(Decoder), InitialNoise, LearnsNoise, Components);
}
