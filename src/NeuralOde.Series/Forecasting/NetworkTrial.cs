using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Fitting;
using NeuralOde.Series.Forecasting.Components;
using NeuralOde.Series.Models;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Whether a network for the dynamics of all columns together earns a place beside what forecasts each by itself. It is tried where columns can drive one another, and is
/// kept for the components for which rolling origins support it: with a clearly smaller error over all of them, and at most of them.
/// </summary>
internal sealed class NetworkTrial
{
    /// <summary>How much smaller the network's error must be.</summary>
    private const double Clear = 0.9;

    private const int MostRows = 400;
    private const int MostSeries = 20;
    private const int MostComponents = 6;

    private readonly FieldForecaster.Fitted _network;
    private readonly double[] _weights;
    private readonly (double Low, double High)[] _bounds;

    private NetworkTrial(FieldForecaster.Fitted network, double[] weights, double[] errors, (double Low, double High)[] bounds) =>
        (_network, _weights, Errors, _bounds) = (network, weights, errors, bounds);

    /// <summary>The network's mean error for each component, in units of the series' own changes.</summary>
    public IReadOnlyList<double> Errors { get; }

    /// <summary>The network's share in the forecast of each component.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Tries a network; null where none is worth a trial, or none is kept.</summary>
    public static NetworkTrial? Run(TimeSeriesSet training, ForecastOptions known, IForecaster others, IProgress<string>? progress, CancellationToken cancellation)
    {
        int components = training.Components.Count, rows = training.Series.Sum(static x => x.Count);
        if (components is < 2 or > MostComponents || rows > MostRows || training.Series.Count > MostSeries || training.Inputs.Count > 0)
        {
            return null;
        }

        TimeSeriesSet set = ByFactors(training);
        var network = new FieldForecaster(new SeriesFitOptions { Seed = known.Seed }, known);
        progress?.Report("a network at rolling origins");
        try
        {
            RollingResult result = new RollingOrigins(HoldOut.Fraction(0.2)) { Known = known }.Evaluate(set, [network, others], cancellation: cancellation);
            (double Weight, double Error)[] found = [.. training.Components.Select(x => Weight(result, network.Name, others.Name, x))];
            return Array.TrueForAll(found, static x => x.Weight == 0)
                ? null : new NetworkTrial((FieldForecaster.Fitted)network.Fit(set, cancellation), [.. found.Select(static x => x.Weight)], [.. found.Select(static x => x.Error)],
                    Bounds(training, known));
        }
        catch (NeuralOdeException)
        {
            // What cannot be learned at all is not kept.
            return null;
        }
    }

    /// <summary>Makes a trial's result again from what <see cref="Save"/> kept.</summary>
    /// <exception cref="FormatException">The description is not one of a network for these series.</exception>
    /// <exception cref="NeuralOdeException">The model is damaged.</exception>
    public static NetworkTrial Restore(TimeSeriesSet training, ForecastOptions known, ComponentState state, IEnumerable<SafeTensor> tensors)
    {
        int components = training.Components.Count;
        ComponentState[] settings = state.Parts("settings");
        var file = new ModelFile(SeriesModel.FileKind, settings.Select(static x => (x.Text("name"), x.Text("value"))), tensors);
        var model = SeriesModel.From(file);
        return model.Components.SequenceEqual(training.Components) && model.Paths.Select(static x => x.Id).SequenceEqual(training.Series.Select(static x => x.Id))
            ? new NetworkTrial(
                new FieldForecaster.Fitted(model, state.Text("how"), ByFactors(training), known), state.Finite("weights", components), state.Numbers("errors", components),
                Bounds(training, known))
            : throw ComponentState.Wrong("network");
    }

    /// <summary>What <see cref="Restore"/> reads.</summary>
    public (ComponentState State, IReadOnlyList<SafeTensor> Tensors) Save()
    {
        ModelFile file = SeriesModelFile.File(_network.Model);
        ComponentState state = new ComponentState().With("weights", _weights).With("errors", Errors).With("how", _network.Descriptions[0])
            .With("settings", file.Settings.Select(static x => new ComponentState().With("name", x.Key).With("value", x.Value)));
        return (state, file.Tensors);
    }

    /// <summary>Averages the medians of a forecast and of the network.</summary>
    public ForecastDistribution Mix(ForecastDistribution forecast, TimeSeriesSet at)
    {
        ForecastDistribution network;
        try
        {
            network = _network.Predict(at);
        }
        catch (ForecastException)
        {
            // So far from the data the network's dynamics mean nothing.
            return forecast;
        }

        return new ForecastDistribution([.. ForecastDistribution.Probabilities.Select(probability =>
        {
            TimeSeriesSet own = forecast.Quantile(probability);
            return own.WithSeries([.. own.Series.Select((x, s) =>
            {
                ReadOnlySpan<double> median = forecast.Median.Series[s].Values, other = network.Median.Series[s].Values;
                double[] values = x.Values.ToArray();
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = Moved(values[i], median[i], other[i], i % _weights.Length);
                }

                return x.WithValues(values);
            })]);
        })]);
    }

    /// <summary>
    /// A quantile moved with the median. The network's own bands do not widen with the horizon, so that those of the other methods are kept: by their factors where values
    /// are positive.
    /// </summary>
    private double Moved(double value, double median, double other, int component)
    {
        double weight = _weights[component], mixed = ((1 - weight) * median) + (weight * other);
        if (weight == 0)
        {
            return value;
        }

        (double low, double high) = _bounds[component];
        return Math.Clamp(low >= 0 && median > 0 && mixed > 0 ? value * (mixed / median) : value + (mixed - median), low, high);
    }

    private static (double Weight, double Error) Weight(RollingResult result, string network, string others, string component)
    {
        double own = result.Mean(network, component).Mase, other = result.Mean(others, component).Mase;
        int better = Enumerable.Range(0, result.Splits.Count).Count(origin => At(network, origin) < At(others, origin));
        bool isKept = own < Clear * other && 3 * better >= 2 * result.Splits.Count;
        return (isKept ? other * other / ((own * own) + (other * other)) : 0, own);

        double At(string method, int origin) => result.Scores.First(x => x.Method == method && x.Component == component && x.Origin == origin).Mase;
    }

    /// <summary>Positive columns that drive one another do so by factors.</summary>
    private static TimeSeriesSet ByFactors(TimeSeriesSet training) => new(
        training.Components, training.Series, training.Time, [.. training.Components.Where((_, c) => IsPositive(training, c))], training.Covariates,
        seriesName: training.SeriesName);

    private static (double Low, double High)[] Bounds(TimeSeriesSet training, ForecastOptions known) =>
        [.. ForecastData.Of(training, known).Components.Select(static x => (x.Low, x.High))];

    private static bool IsPositive(TimeSeriesSet set, int component) =>
        set.Series.All(x => Enumerable.Range(0, x.Count).All(i => double.IsNaN(x[i, component]) || x[i, component] > 0));
}
