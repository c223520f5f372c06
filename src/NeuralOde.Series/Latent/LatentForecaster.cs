namespace NeuralOde.Series.Latent;

/// <summary>
/// A latent differential equation learned from many series, with all that a forecast needs: it encodes what is known of a series, one that it has never seen as well, draws
/// latent states from what it believes of them, and follows each. Not thread-safe.
/// </summary>
/// <remarks>
/// Each series has a clock of its own that starts at its first row, so times that are only known by the calendar (seasons, days of the week) mean nothing to the model.
/// </remarks>
/// <example>
/// <code>
/// SeriesSplit split = SeriesSplit.Of(data, HoldOut.Fraction(0.2));
/// LatentForecaster model = LatentSeriesFitter.Fit(split.Training).Forecaster;
/// SeriesForecast forecast = model.Predict(split.Scored!.Training, split.Scored.HeldOut);
/// (int inside, int count) = forecast.Coverage(split.Scored.HeldOut);
/// </code>
/// </example>
public sealed class LatentForecaster
{
    private readonly LatentSeriesScaling _scaling;

    internal LatentForecaster(LatentOde model, LatentModelShape shape, LatentSeriesScaling scaling, TimeSeriesSet known, double bandFactor = 1)
    {
        BandFactor = bandFactor;
        Model = model;
        Shape = shape;
        _scaling = scaling;
        Known = known;
    }

    /// <summary>The model of standardized series on clocks of their own.</summary>
    public LatentOde Model { get; }

    /// <summary>The map between natural and standardized values, and the natural time that is 1 to the model.</summary>
    public Standardization Scaling => _scaling.Values;

    /// <summary>The series that the model knows, in natural values: those that it was learned from, up to their ends.</summary>
    public TimeSeriesSet Known { get; }

    /// <summary>The standard deviation of the observations' noise, one for each component, in units of its deviation over the training data.</summary>
    public IReadOnlyList<double> Noise => Model.Noise;

    /// <summary>
    /// What the widths of the model's own bands are multiplied by, because the tails of series that were not learned from asked for it; 1 where there were none.
    /// </summary>
    public double BandFactor { get; }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static Persistence.ModelKind FileKind => LatentModelFile.ForecasterKind;

    internal LatentModelShape Shape { get; }

    internal LatentSeriesScaling SeriesScaling => _scaling;

    /// <summary>Forecasts series at the times of others, such as held-out ones, from what is known of them.</summary>
    /// <param name="known">What is known; the series need not be those that the model was learned from, but have its components and covariates.</param>
    /// <param name="at">Series whose ids are all known; only their times are read, none before the known series' first.</param>
    /// <param name="options">How many draws, and how wide the bands; the defaults where null.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="SeriesException">The components differ, or a series is not known or has no value.</exception>
    /// <exception cref="ArgumentException">A time is before the start of its series.</exception>
    /// <exception cref="Settings.SettingException">An option is out of range.</exception>
    /// <exception cref="ForecastException">The dynamics cannot be solved so far ahead.</exception>
    public SeriesForecast Predict(TimeSeriesSet known, TimeSeriesSet at, LatentForecastOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(at);
        var byId = known.Series.ToDictionary(static x => x.Id, StringComparer.Ordinal);
        return Predict(known, [.. at.Series.Select(x => (Known(x.Id), x.Times.ToArray()))], options);

        TimeSeries Known(string id) => byId.TryGetValue(id, out TimeSeries? series)
            ? series
            : throw new SeriesException(SeriesReason.UnknownSeries, $"Nothing is known of series '{id}'.") { Series = id };
    }

    /// <summary>Forecasts all known series at the same times.</summary>
    /// <param name="known">What is known of them.</param>
    /// <param name="times">Natural times, strictly rising, none before any series' first.</param>
    /// <param name="options">How many draws, and how wide the bands; the defaults where null.</param>
    /// <inheritdoc cref="Predict(TimeSeriesSet, TimeSeriesSet, LatentForecastOptions?)"/>
    public SeriesForecast Predict(TimeSeriesSet known, ReadOnlySpan<double> times, LatentForecastOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        double[] all = times.ToArray();
        return Predict(known, [.. known.Series.Select(x => (x, all))], options);
    }

    /// <summary>Continues series from their last observations.</summary>
    /// <param name="until">The last natural time; the last step may end before it.</param>
    /// <param name="step">The natural time between two values, above 0.</param>
    /// <param name="known">The series; <see cref="Known"/> if not given. Those that end at <paramref name="until"/> or later are left out.</param>
    /// <param name="options">How many draws, and how wide the bands; the defaults where null.</param>
    /// <returns>The forecast, at each series' last observation and every step after it.</returns>
    /// <exception cref="ArgumentException">The step is not above 0.</exception>
    /// <exception cref="Settings.SettingException">An option is out of range.</exception>
    /// <exception cref="ForecastException">
    /// The time is not after the end of any series, the step makes over a million values, or the dynamics cannot be solved so far ahead.
    /// </exception>
    public SeriesForecast Forecast(double until, double step, TimeSeriesSet? known = null, LatentForecastOptions? options = null)
    {
        const double MostValues = 1e6;
        known ??= Known;
        ArgumentOutOfRangeException.ThrowIf(!(step > 0 && double.IsFinite(step)), nameof(step), step, "The step of a forecast is above 0.");
        double earliest = known.Series.Min(EndOf);
        if (!(until > earliest && double.IsFinite(until)))
        {
            throw new ForecastException(
                ForecastReason.NotAfterData, $"A forecast goes past the end of the data, {known.Time.Name} = {known.Time.Text(earliest)}.", "Choose a later time.")
            {
                Time = earliest,
            };
        }

        if (known.Series.Sum(x => Math.Max(0, (until - EndOf(x)) / step)) > MostValues)
        {
            throw new ForecastException(ForecastReason.TooManyValues, "The forecast would have over a million values.", "Choose a larger step or an earlier time.");
        }

        // Round-off must not lose the last step.
        return Predict(
            known,
            [
                .. known.Series.Where(x => EndOf(x) < until).Select(x =>
                    (x, Enumerable.Range(0, (int)Math.Floor(((until - EndOf(x)) / step) + 1e-9) + 1).Select(i => EndOf(x) + (i * step)).ToArray())),
            ],
            options);
    }

    /// <summary>Saves everything that a forecast needs, the known series included, as a safetensors file, all or nothing.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => LatentModelFile.Save(this, path);

    /// <summary>Loads what <see cref="Save"/> wrote; it forecasts the same numbers to the last bit.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Persistence.ModelFileException">The file holds no such model (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="Persistence.SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static LatentForecaster Load(string path) => From(Persistence.ModelFile.Load(path, FileKind));

    /// <summary>Makes the model of a file that is loaded already.</summary>
    /// <param name="file">A file of the kind <see cref="FileKind"/>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Persistence.ModelFileException">The file's description is damaged.</exception>
    /// <exception cref="Persistence.SafeTensorsException">A tensor is not as it must be.</exception>
    public static LatentForecaster From(Persistence.ModelFile file) => LatentModelFile.ReadForecaster(file ?? throw new ArgumentNullException(nameof(file)));

    /// <summary>The time of a series' last observation.</summary>
    internal static double EndOf(TimeSeries series) => series.Times[Enumerable.Range(0, series.Count).Last(i => i == 0 || series.IsObserved(i))];

    private SeriesForecast Predict(TimeSeriesSet known, IReadOnlyList<(TimeSeries Series, double[] Times)> asked, LatentForecastOptions? options)
    {
        options ??= new LatentForecastOptions();
        LatentForecastOptions.Settings.Check(options);
        _scaling.Check(known);
        List<TimeSeries> mean = [], lower = [], upper = [];
        foreach ((TimeSeries series, double[] times) in asked)
        {
            (double[] m, double[] l, double[] u) = Bands(series, times, options);
            mean.Add(Natural(m));
            lower.Add(Natural(l));
            upper.Add(Natural(u));

            TimeSeries Natural(double[] values)
            {
                Scaling.ToNatural(values, values);
                return Array.TrueForAll(values, double.IsFinite)
                    ? new TimeSeries(series.Id, times, values)
                    : throw new ForecastException(
                        ForecastReason.NotFinite,
                        $"The forecast of series '{series.Id}' leaves the range of numbers. So far from the data the model means nothing.",
                        "Forecast a shorter time.")
                    {
                        Series = series.Id,
                    };
            }
        }

        return new SeriesForecast(Set(mean), Set(lower), Set(upper), options.Level);

        TimeSeriesSet Set(List<TimeSeries> parts) => new(known.Components, parts, known.Time, known.LogComponents, seriesName: known.SeriesName);
    }

    /// <summary>Mean and band at each time, <c>[times, components]</c>, standardized.</summary>
    private (double[] Mean, double[] Lower, double[] Upper) Bands(TimeSeries series, double[] times, LatentForecastOptions options)
    {
        if (!Enumerable.Range(0, series.Count).Any(series.IsObserved))
        {
            throw new SeriesException(SeriesReason.NothingObserved, $"Series '{series.Id}' has no value; there is nothing to forecast it from.", "Leave the series out.")
            {
                Series = series.Id,
            };
        }

        double[] own = _scaling.OwnTimes(series, times);
        ArgumentException.ThrowIf(
            own.Length == 0 || own[0] < 0 || own.Zip(own.Skip(1)).Any(static x => !(x.First < x.Second)) || !double.IsFinite(own[^1]),
            $"The times of a forecast of series '{series.Id}' are strictly rising, from its first, {series.Times[0]:R}, on.", nameof(times));
        TimeSeries observed = _scaling.Observed(series);
        using var memory = TensorScope.Begin();
        var batch = SeriesBatch.From([LatentSeriesScaling.Encoded(observed, observed.Count)]);
        Tensor draws;
        try
        {
            // The same noise for every series: what is said of one does not depend on the others.
            draws = Model.SamplePosterior(batch, own, options.Draws, new RandomSource(options.Seed)).Select(2, 0).ToDouble();
        }
        catch (OdeSolveException e)
        {
            throw new ForecastException(
                ForecastReason.NotSolvable,
                $"The forecast of series '{series.Id}' cannot be solved so far ahead, because the learned dynamics run away there. So far from the data the model means nothing.",
                "Forecast a shorter time.",
                e)
            {
                Series = series.Id,
            };
        }

        using IDisposable scope = GradientMode.Disable();
        var noise = Tensor.From([.. Noise], [Noise.Count]);
        double tail = 0.5 * (1 - options.Level);
        double[] mean = draws.Mean([1]).ToDoubles();
        return (mean, Stretched(Quantile(draws, noise, tail).ToDoubles()), Stretched(Quantile(draws, noise, 1 - tail).ToDoubles()));

        double[] Stretched(double[] ends) => BandFactor == 1 ? ends : [.. ends.Select((x, i) => mean[i] + (BandFactor * (x - mean[i])))];
    }

    /// <summary>
    /// The quantile of the mixture of normal distributions around the draws, <c>[times, draws, components]</c>: exact for the draws, where adding noise to them would add
    /// chance to the bands' ends.
    /// </summary>
    private static Tensor Quantile(Tensor draws, Tensor noise, double probability)
    {
        // Every normal distribution of the mixture has less than 1e-15 beyond eight deviations, and fifty halvings leave the rounding of a double.
        const double Reach = 8;
        const int Halvings = 50;
        Tensor low = draws.Min([1]) - (Reach * noise), high = draws.Max([1]) + (Reach * noise);
        for (int i = 0; i < Halvings; i++)
        {
            Tensor middle = 0.5 * (low + high);
            Tensor share = (0.5 * (1 + ((middle.Unsqueeze(1) - draws) / (noise * Math.Sqrt(2))).Erf())).Mean([1]);
            Tensor isBelow = share.Less(Tensor.Scalar(probability, DType.Float64));
            low = Tensor.Where(isBelow, middle, low);
            high = Tensor.Where(isBelow, high, middle);
        }

        return 0.5 * (low + high);
    }
}
