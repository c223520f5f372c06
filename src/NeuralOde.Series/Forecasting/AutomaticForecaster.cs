using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// Chooses by itself how each component is forecast: linear dynamics in continuous time, and for regular grids exponential smoothing and ARIMA models, with season,
/// transform and structure by Akaike's criterion; for several series also curves of known forms and simple tails. Inputs have a part where the
/// trials support it. Each is tried at rolling origins within the training part, and what does not fail is averaged, with bands that those trials calibrate.
/// Where few columns may drive one another, a network for their dynamics joins if the trials support it. The same seed and data give the same bits for any number of threads.
/// </summary>
/// <example>
/// <code>
/// AutomaticForecast forecast = new AutomaticForecaster().Fit(set);
/// forecast.Forecast(until: 1970, step: 1.0 / 12).WriteCsv("forecast.csv");
/// </code>
/// </example>
/// <param name="options">What is known beforehand; null for nothing.</param>
/// <param name="progress">Is told what is being tried, from any thread; null for nobody.</param>
public sealed class AutomaticForecaster(ForecastOptions? options = null, IProgress<string>? progress = null) : IForecaster
{
    /// <inheritdoc/>
    public string Name => "automatic";

    IFittedForecaster IForecaster.Fit(TimeSeriesSet training, CancellationToken cancellation) => Fit(training, cancellation);

    /// <inheritdoc cref="IForecaster.Fit"/>
    public AutomaticForecast Fit(TimeSeriesSet training, CancellationToken cancellation = default)
    {
        ForecastOptions known = options ?? new ForecastOptions();
        var data = ForecastData.Of(training, known);
        var method = new CombinedMethod(progress);
        var models = new IComponentModel[data.Components.Count];
        Parallel.For(0, models.Length, Workers.Options(cancellation), c =>
            models[c] = method.Fit(data.Components[c], cancellation) ?? new BaselineMethod(Baseline.LastValue).Fit(data.Components[c], cancellation)!);
        var network = NetworkTrial.Run(training, known, new ComponentForecaster(new CombinedMethod(), known), progress, cancellation);
        return new AutomaticForecast(training, known, data, models, network);
    }

    /// <summary>A component's model from its description in a file.</summary>
    /// <exception cref="FormatException">It is none of this component.</exception>
    internal static IComponentModel Restore(ComponentData data, ComponentState state)
    {
        IComponentMethod[] methods = [new CombinedMethod(), new BaselineMethod(Baseline.LastValue)];
        string name = state.Text("method");
        IComponentMethod method = Array.Find(methods, x => x.Name == name) ?? throw ComponentState.Wrong("method");
        return method.Restore(data, state.Parts("model", 1)[0]);
    }

    /// <summary>What <see cref="Restore"/> reads.</summary>
    internal static ComponentState Save(IComponentModel model)
    {
        IComponentMethod method = model is CombinedModel ? new CombinedMethod() : new BaselineMethod(Baseline.LastValue);
        return new ComponentState().With("method", method.Name).With("model", [model.Save()]);
    }
}
