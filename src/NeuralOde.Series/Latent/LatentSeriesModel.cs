using NeuralOde.Losses;

namespace NeuralOde.Series.Latent;

/// <summary>
/// A variational model of series: a latent state is inferred from the observations, a path starts from it, and every observation is a point of the path with Gaussian noise.
/// </summary>
public abstract class LatentSeriesModel : Module
{
    private readonly Parameter? _logNoise;
    private readonly double _noise;

    private protected LatentSeriesModel(SeriesEncoder encoder, double noise, bool learnsNoise, int? components = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIf(!(noise > 0 && double.IsFinite(noise)), nameof(noise), noise, "The observations' standard deviation is above 0.");
        Encoder = AddModule("encoder", encoder);
        Components = components ?? encoder.Components;
        ArgumentOutOfRangeException.ThrowIfLessThan(Components, 1, nameof(components));
        _noise = noise;
        if (learnsNoise)
        {
            _logNoise = AddParameter("log_noise", Tensor.Full([Components], Math.Log(noise), encoder.Parameters[0].DType));
        }
    }

    /// <summary>From series to the latent state's distribution.</summary>
    public SeriesEncoder Encoder { get; }

    /// <summary>The number of components of an observation that the path is compared with; the encoder may read more, such as what is constant over a series.</summary>
    public int Components { get; }

    /// <summary>The standard deviation of the observations around the path, one for each component.</summary>
    public IReadOnlyList<double> Noise => _logNoise is null ? [.. Enumerable.Repeat(_noise, Components)] : [.. _logNoise.ToDoubles().Select(Math.Exp)];

    /// <summary>Infers the latent state at the batch's first time.</summary>
    /// <param name="batch">The series.</param>
    /// <returns>Its distribution, <c>[batch, latent]</c>.</returns>
    public DiagonalGaussian Encode(SeriesBatch batch) => Encoder.Forward(batch);

    /// <summary>What is observed, without noise, from latent states at a first time on.</summary>
    /// <param name="latent">The latent states at <paramref name="start"/>, <c>[batch, latent]</c>.</param>
    /// <param name="start">Their time.</param>
    /// <param name="times">When to observe, strictly rising, from <paramref name="start"/> on.</param>
    /// <returns><c>[times, batch, components]</c>.</returns>
    /// <exception cref="ArgumentException">The times are not rising, or one is before the start.</exception>
    /// <exception cref="OdeSolveException">The solve failed.</exception>
    public abstract Tensor Decode(Tensor latent, double start, ReadOnlySpan<double> times);

    /// <summary>
    /// The evidence lower bound of one draw of the latent states, <c>Σ ln N(x | x̂, σ²) − w·KL(q ‖ N(0, I))</c>: a lower bound of the series' log density where w is 1.
    /// </summary>
    /// <param name="batch">The series.</param>
    /// <param name="noise">The draw's standard normal noise, <c>[batch, latent]</c>; given explicitly, the bound can be repeated.</param>
    /// <param name="divergenceWeight">w, at least 0; default 1.</param>
    /// <returns>A scalar: the mean over the series, in nats.</returns>
    public Tensor Elbo(SeriesBatch batch, Tensor noise, double divergenceWeight = 1)
    {
        DiagonalGaussian posterior = Encode(batch);
        return Elbo(posterior, posterior.Sample(noise), batch, divergenceWeight);
    }

    /// <summary>The evidence lower bound of series whose latent states were inferred from something else, such as a part of them.</summary>
    /// <param name="posterior">What was inferred, <c>[batch, latent]</c>, at the series' first time.</param>
    /// <param name="latent">A draw from it, of the same shape.</param>
    /// <param name="batch">The series.</param>
    /// <param name="divergenceWeight">The divergence's weight, at least 0; default 1.</param>
    /// <returns>A scalar: the mean over the series, in nats.</returns>
    public Tensor Elbo(DiagonalGaussian posterior, Tensor latent, SeriesBatch batch, double divergenceWeight = 1)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        ArgumentNullException.ThrowIfNull(batch);
        Tensor predicted = Predict(latent, batch);
        Tensor deviation = _logNoise?.Exp() ?? Tensor.Scalar(_noise, predicted.DType);
        double count = (double)batch.ObservedCount / batch.Count;
        Tensor logLikelihood = -count * Loss.GaussianNegativeLogLikelihood(predicted, batch.Values, deviation, batch.ValueMask);
        return logLikelihood - (divergenceWeight * posterior.KullbackLeibler());
    }

    /// <summary>The evidence lower bound with noise from a source.</summary>
    /// <param name="batch">The series.</param>
    /// <param name="random">The source.</param>
    /// <param name="divergenceWeight">The divergence's weight, at least 0; default 1.</param>
    /// <inheritdoc cref="Elbo(SeriesBatch, Tensor, double)"/>
    public Tensor Elbo(SeriesBatch batch, RandomSource random, double divergenceWeight = 1)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        return Elbo(batch, random.Normal([batch.Count, Encoder.LatentCount], dtype: batch.Values.DType), divergenceWeight);
    }

    /// <summary>The series as the model sees them, from the means of their latent states, without noise, at the batch's own times.</summary>
    /// <param name="batch">The series.</param>
    /// <returns><c>[times, batch, components]</c> at <see cref="SeriesBatch.Times"/>. It records no gradient.</returns>
    public Tensor Reconstruct(SeriesBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Extrapolate(batch, batch.Times);
    }

    /// <summary>The series at any times from the batch's first on, within the observations and beyond, from the means of their latent states, without noise.</summary>
    /// <param name="batch">The series.</param>
    /// <param name="times">Strictly rising, none before the batch's first.</param>
    /// <returns><c>[times, batch, components]</c>. It records no gradient.</returns>
    public Tensor Extrapolate(SeriesBatch batch, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using IDisposable scope = GradientMode.Disable();
        return Decode(Encode(batch).Mean, batch.Times[0], times);
    }

    /// <summary>
    /// Draws of the series at any times from the batch's first on, given their observations: how uncertain the model is of them, without the
    /// observations' noise.
    /// </summary>
    /// <param name="batch">The series.</param>
    /// <param name="times">Strictly rising, none before the batch's first.</param>
    /// <param name="count">How many draws, at least 1.</param>
    /// <param name="random">Where the latent states' noise comes from.</param>
    /// <returns><c>[times, draws, batch, components]</c>. It records no gradient.</returns>
    public Tensor SamplePosterior(SeriesBatch batch, ReadOnlySpan<double> times, int count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using IDisposable scope = GradientMode.Disable();
        DiagonalGaussian posterior = Encode(batch);
        Tensor noise = random.Normal([count, batch.Count, Encoder.LatentCount], dtype: batch.Values.DType);
        Tensor latent = (posterior.Mean + (posterior.Deviation * noise)).Reshape([count * batch.Count, Encoder.LatentCount]);
        return Decode(latent, batch.Times[0], times).Reshape([times.Length, count, batch.Count, Components]);
    }

    /// <summary>New series, from latent states drawn from the prior N(0, I) at the first time, without the observations' noise.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="times">Strictly rising; the latent state is drawn for the first.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns><c>[times, count, components]</c>. It records no gradient.</returns>
    public Tensor Sample(int count, ReadOnlySpan<double> times, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using IDisposable scope = GradientMode.Disable();
        return Decode(random.Normal([count, Encoder.LatentCount], dtype: Encoder.Parameters[0].DType), First(times), times);
    }

    /// <summary>Series between two: from latent states on the straight line from one to the other, both included.</summary>
    /// <param name="from">A latent state, <c>[latent]</c>.</param>
    /// <param name="to">Another.</param>
    /// <param name="count">How many states, at least 2.</param>
    /// <param name="times">Strictly rising; the latent states are those at the first.</param>
    /// <returns><c>[times, count, components]</c>. It records no gradient.</returns>
    /// <exception cref="ArgumentException">A latent state has another shape.</exception>
    public Tensor Interpolate(Tensor from, Tensor to, int count, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        Shape shape = [Encoder.LatentCount];
        ArgumentException.ThrowIf(from.Shape != shape || to.Shape != shape, $"A latent state has the shape {shape}; got {from.Shape} and {to.Shape}.", nameof(to));
        using IDisposable scope = GradientMode.Disable();
        var share = Tensor.From([.. Enumerable.Range(0, count).Select(i => (double)i / (count - 1))], [count, 1]);
        Tensor weight = from.DType == DType.Float32 ? share.ToSingle() : share;
        return Decode(((1 - weight) * from) + (weight * to), First(times), times);
    }

    /// <summary>What is observed, without noise, at each sample's own steps, <c>[steps, batch, components]</c>.</summary>
    private protected double InitialNoise => _noise;

    private protected bool LearnsNoise => _logNoise is not null;

    internal abstract Tensor Predict(Tensor latent, SeriesBatch batch);

    private protected static void CheckStart(double start, ReadOnlySpan<double> times)
    {
        if (First(times) < start)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The latent state stands at {start:R}, and the time {First(times):R} is before it."),
                nameof(times));
        }
    }

    private protected static double First(ReadOnlySpan<double> times) => times.IsEmpty
        ? throw new ArgumentException("There is at least one time.", nameof(times))
        : times[0];
}
