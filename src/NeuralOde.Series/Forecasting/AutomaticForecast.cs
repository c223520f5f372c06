using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>How one method did at rolling origins within the training part.</summary>
/// <param name="Component">The component.</param>
/// <param name="Method">The method.</param>
/// <param name="Error">Its mean absolute error in units of the series' own changes; NaN where the series are too short for a trial.</param>
/// <param name="Weight">Its share in the forecast.</param>
/// <param name="Choice">What it chose, in words.</param>
public sealed record MethodTrial(string Component, string Method, double Error, double Weight, string Choice);

/// <summary>What <see cref="AutomaticForecaster"/> chose, ready to forecast. Immutable and thread-safe.</summary>
public sealed class AutomaticForecast : IFittedForecaster
{
    private readonly FittedComponents _fitted;
    private readonly NetworkTrial? _network;
    private readonly IComponentModel[] _models;

    internal AutomaticForecast(TimeSeriesSet known, ForecastOptions options, ForecastData data, IComponentModel[] models, NetworkTrial? network)
    {
        (Known, Options, _network, _models) = (known, options, network, models);
        _fitted = new FittedComponents(known, data, models);
        Descriptions = [.. _fitted.Descriptions.Select((x, c) => network?.Weights[c] > 0 ? $"{100 * network.Weights[c]:0} % a network of all columns; the rest: {x}" : x)];
        Trials = [.. models.SelectMany((x, c) => TrialsOf(known.Components[c], x, c))];
    }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static ModelKind FileKind => AutomaticFile.Kind;

    /// <summary>The series that were learned from.</summary>
    public TimeSeriesSet Known { get; }

    /// <summary>What was known beforehand.</summary>
    public ForecastOptions Options { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Descriptions { get; }

    /// <summary>What was tried for each component.</summary>
    public IReadOnlyList<MethodTrial> Trials { get; }

    /// <inheritdoc/>
    public ForecastDistribution Predict(TimeSeriesSet at) => _network is null ? _fitted.Predict(at) : _network.Mix(_fitted.Predict(at), at);

    /// <summary>Continues every series from the end of its data.</summary>
    /// <param name="until">The last natural time; the last step may end before it.</param>
    /// <param name="step">The natural time between two values, above 0.</param>
    /// <returns>Distributions at every step after the last observation of each series that ends before <paramref name="until"/>.</returns>
    /// <exception cref="ArgumentException">The step is not above 0.</exception>
    /// <exception cref="InvalidOperationException">The series have inputs, whose future values only <see cref="Predict"/> takes.</exception>
    /// <exception cref="ForecastException">The time is less than a step after the end of every series, or the step makes over a million values.</exception>
    public ForecastDistribution Forecast(double until, double step)
    {
        const double MostValues = 1e6;
        ArgumentOutOfRangeException.ThrowIf(!(step > 0 && double.IsFinite(step)), nameof(step), step, "The step of a forecast is above 0.");
        InvalidOperationException.ThrowIf(Known.Inputs.Count > 0, $"A forecast needs future values of the inputs {string.Join(", ", Known.Inputs)}: use Predict.");
        var series = new List<TimeSeries>();
        double values = Known.Series.Sum(x => Math.Max(0, (until - x.Times[^1]) / step));
        if (values > MostValues)
        {
            throw new ForecastException(ForecastReason.TooManyValues, "The forecast would have over a million values.", "Choose a larger step or an earlier time.");
        }

        foreach (TimeSeries known in Known.Series)
        {
            // Round-off must not lose the last step.
            double end = known.Times[^1];
            int count = double.IsFinite(until) && until > end ? (int)Math.Floor(((until - end) / step) + 1e-9) : 0;
            if (count > 0)
            {
                series.Add(new TimeSeries(
                    known.Id, [.. Enumerable.Range(1, count).Select(i => end + (i * step))], new double[count * Known.Components.Count], known.Covariates));
            }
        }

        double earliest = Known.Series.Min(static x => x.Times[^1]);
        return series.Count > 0 ? Predict(Known.WithSeries(series)) : throw new ForecastException(
            ForecastReason.NotAfterData, $"A forecast goes at least a step past the end of the data, {Known.Time.Name} = {Known.Time.Text(earliest)}.",
            "Choose a later time or a smaller step.")
        {
            Time = earliest,
        };
    }

    /// <summary>The models of the components.</summary>
    internal IReadOnlyList<IComponentModel> Models => _models;

    /// <summary>The network of all columns; null where none was kept.</summary>
    internal NetworkTrial? Network => _network;

    /// <summary>The rows after the last observation of each series where all inputs have values; null where there is none.</summary>
    public TimeSeriesSet? Future
    {
        get
        {
            List<TimeSeries> rows = [.. Known.Series.Select(static x => After(x)).OfType<TimeSeries>()];
            return Known.Inputs.Count > 0 && rows.Count > 0 ? Known.WithSeries(rows) : null;
        }
    }

    private static TimeSeries? After(TimeSeries series)
    {
        int last = Enumerable.Range(0, series.Count).LastOrDefault(series.IsObserved, -1), end = last + 1;
        while (end < series.Count && series.InputValues.Slice(end * series.Inputs, series.Inputs).ToArray().All(double.IsFinite))
        {
            end++;
        }

        return end > last + 1 ? series.Slice(last + 1, end - last - 1) : null;
    }

    /// <summary>Saves the series, what was known beforehand and what was chosen, as a safetensors file, all or nothing.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => AutomaticFile.Save(this, path);

    /// <summary>Loads what <see cref="Save"/> wrote, without fitting again; it forecasts the same numbers to the last bit.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="ModelFileException">The file holds no such model (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static AutomaticForecast Load(string path) => From(ModelFile.Load(path, FileKind));

    /// <summary>Makes the forecast of a file that is loaded already.</summary>
    /// <param name="file">A file of the kind <see cref="FileKind"/>.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="ModelFileException">The file's description is damaged.</exception>
    /// <exception cref="SafeTensorsException">A tensor is not as it must be.</exception>
    public static AutomaticForecast From(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return AutomaticFile.Read(file);
    }

    private IEnumerable<MethodTrial> TrialsOf(string component, IComponentModel model, int index)
    {
        double share = 1 - (_network?.Weights[index] ?? 0);
        foreach (MethodTrial trial in model is CombinedModel combined ? combined.Trials(component) : [new MethodTrial(component, "last value", double.NaN, 1, model.Description)])
        {
            yield return trial with { Weight = share * trial.Weight };
        }

        if (_network is not null)
        {
            yield return new MethodTrial(component, "network", _network.Errors[index], 1 - share, "dynamics of all columns");
        }
    }
}
