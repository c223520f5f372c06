namespace NeuralOde.Series.Scaling;

/// <summary>
/// The invertible map between natural values and times and those that a model learns on: every component with mean 0 and
/// deviation 1, time in units in which the dynamics change at a rate near 1. Immutable; saved with a model as JSON.
/// </summary>
/// <example>
/// <code>
/// var scaling = Standardization.Fit(split.Training);
/// TimeSeriesSet learnFrom = scaling.Transform(split.Training);
/// string saved = scaling.ToJson();
/// // later
/// var restored = Standardization.FromJson(saved);
/// restored.ToNatural(predicted, predicted);   // in place
/// </code>
/// </example>
public sealed class Standardization
{
    /// <summary>Makes the map from its numbers.</summary>
    /// <param name="components">The components' scales, at least one.</param>
    /// <param name="time">What natural times mean.</param>
    /// <param name="timeOrigin">The natural time that is 0 to the model; finite.</param>
    /// <param name="timeScale">The natural time that is 1 to the model; positive and finite.</param>
    /// <exception cref="ArgumentException">A number is not as described.</exception>
    public Standardization(IReadOnlyList<ComponentScale> components, TimeAxis time, double timeOrigin, double timeScale)
    {
        ArgumentNullException.ThrowIfNull(components);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIf(components.Count == 0, "There must be at least one component.", nameof(components));
        foreach (ComponentScale component in components)
        {
            ArgumentException.ThrowIf(
                !double.IsFinite(component.Mean) || !IsPositive(component.Deviation),
                $"'{component.Name}' has the mean {component.Mean:R} and the deviation {component.Deviation:R}; both must be finite, and the deviation positive.",
                nameof(components));
        }

        ArgumentOutOfRangeException.ThrowIf(!double.IsFinite(timeOrigin), nameof(timeOrigin), timeOrigin, "The origin of time must be finite.");
        ArgumentOutOfRangeException.ThrowIf(!IsPositive(timeScale), nameof(timeScale), timeScale, "The unit of time must be positive and finite.");
        Components = [.. components];
        Time = time;
        TimeOrigin = timeOrigin;
        TimeScale = timeScale;
    }

    /// <summary>The components' scales, in order.</summary>
    public IReadOnlyList<ComponentScale> Components { get; }

    /// <summary>What natural times mean.</summary>
    public TimeAxis Time { get; }

    /// <summary>The natural time that is 0 to the model.</summary>
    public double TimeOrigin { get; }

    /// <summary>The natural time that is 1 to the model.</summary>
    public double TimeScale { get; }

    /// <summary>Finds the map from training data; nothing held out may be in it.</summary>
    /// <param name="training">The series to learn from; every component has at least one value.</param>
    /// <param name="timeScale">The natural time that is to be 1 to the model; null to find it.</param>
    /// <returns>The map. Its origin of time is the earliest training time.</returns>
    /// <exception cref="SeriesException">A component has no value, or one that has no logarithm where it needs one.</exception>
    /// <remarks>
    /// <para>Mean and deviation (of the population) are over all observed values of a component in all series. A component whose
    /// values are all equal has the deviation 1.</para>
    /// <para>The unit of time is the one in which the standardized values' root-mean-square slope between neighboring observations is 1: for a
    /// sinusoid, its period over 2π. It is kept between a hundredth of the longest series and the whole of it, so that densely
    /// sampled noise, whose slope means nothing, cannot make it tiny.</para>
    /// </remarks>
    public static Standardization Fit(TimeSeriesSet training, double? timeScale = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        var scales = new ComponentScale[training.Components.Count];
        for (int c = 0; c < scales.Length; c++)
        {
            scales[c] = StandardizationFit.Component(training, c);
        }

        return new Standardization(
            scales, training.Time, training.Series.Min(series => series.Times[0]), timeScale ?? StandardizationFit.TimeScale(training, scales));
    }

    /// <summary>A natural time as the model sees it.</summary>
    /// <param name="natural">The time in the unit of <see cref="Time"/>.</param>
    /// <returns>The model's time.</returns>
    public double ToModelTime(double natural) => (natural - TimeOrigin) / TimeScale;

    /// <summary>The inverse of <see cref="ToModelTime"/>.</summary>
    /// <param name="model">The model's time.</param>
    /// <returns>The time in the unit of <see cref="Time"/>.</returns>
    public double ToNaturalTime(double model) => (model * TimeScale) + TimeOrigin;

    /// <summary>Standardizes values.</summary>
    /// <param name="natural">Shape <c>[any, components]</c>, row-major; NaN, a missing value, stays NaN.</param>
    /// <param name="model">The result, of the same length; may be the same memory.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="SeriesException">A value has no logarithm where it needs one.</exception>
    public void ToModel(ReadOnlySpan<double> natural, Span<double> model)
    {
        CheckLengths(natural.Length, model.Length);
        for (int i = 0; i < natural.Length; i++)
        {
            model[i] = Components[i % Components.Count].Standardize(natural[i]);
        }
    }

    /// <summary>The inverse of <see cref="ToModel"/>.</summary>
    /// <param name="model">Shape <c>[any, components]</c>, row-major; NaN stays NaN.</param>
    /// <param name="natural">The result, of the same length; may be the same memory.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void ToNatural(ReadOnlySpan<double> model, Span<double> natural)
    {
        CheckLengths(model.Length, natural.Length);
        for (int i = 0; i < model.Length; i++)
        {
            natural[i] = Components[i % Components.Count].Restore(model[i]);
        }
    }

    /// <summary>Series in natural values and times, as the model sees them. Covariates and inputs stay as they are.</summary>
    /// <param name="natural">Series of the same components in the same order.</param>
    /// <returns>The same series in standardized values and model times, which are plain numbers.</returns>
    /// <exception cref="ArgumentException">The components differ.</exception>
    /// <exception cref="SeriesException">A value has no logarithm where it needs one.</exception>
    public TimeSeriesSet Transform(TimeSeriesSet natural)
    {
        ArgumentNullException.ThrowIfNull(natural);
        ArgumentException.ThrowIf(
            !natural.Components.SequenceEqual(Components.Select(component => component.Name)),
            $"The series have the components {string.Join(", ", natural.Components)}; "
                + $"the model's are {string.Join(", ", Components.Select(component => component.Name))}, in this order.",
            nameof(natural));
        IEnumerable<TimeSeries> transformed = natural.Series.Select(series =>
        {
            double[] times = series.Times.ToArray();
            for (int i = 0; i < times.Length; i++)
            {
                times[i] = ToModelTime(times[i]);
            }

            double[] values = series.Values.ToArray();
            ToModel(values, values);
            return new TimeSeries(series.Id, times, values, series.Covariates, series.InputValues);
        });

        return new TimeSeriesSet(
            natural.Components, [.. transformed], new TimeAxis(natural.Time.Name), covariates: natural.Covariates, inputs: natural.Inputs, seriesName: natural.SeriesName);
    }

    /// <summary>Writes the map as JSON, to be saved with a model. Numbers keep all their bits.</summary>
    /// <returns>One line of text.</returns>
    public string ToJson() => StandardizationJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The same map, bit for bit.</returns>
    /// <exception cref="SeriesException">The text is not such a map.</exception>
    public static Standardization FromJson(string json) => StandardizationJson.Read(json);

    private void CheckLengths(int source, int destination) => ArgumentException.ThrowIf(
        source != destination || source % Components.Count != 0,
        $"{source} values go to {destination}; the lengths must be equal, and a multiple of the {Components.Count} components.");

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);
}
