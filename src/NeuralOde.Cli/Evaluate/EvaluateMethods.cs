using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Models;
using NeuralOde.Settings;

namespace NeuralOde.Cli.Evaluate;

/// <summary>The methods that <c>evaluate</c> compares.</summary>
internal static class EvaluateMethods
{
    private const string Field = "field";
    private const string Latent = "latent";
    private const string Automatic = "automatic";
    private const string Linear = "linear-dynamics";

    /// <summary>What a command line calls them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Forecasters.Baselines().Select(static x => NameOf(x)), Linear, Automatic, Field, Latent];

    /// <summary>The methods that were asked for.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="CommandException">There is no such method, or an option belongs to a method that is not among them.</exception>
    public static IReadOnlyList<IForecaster> Of(CommandValues parsed, EvaluateCommand.EvaluateCommandOptions options)
    {
        string? path = parsed.GetValue(options.Model);
        string[] names = parsed.GetValue(options.Methods) is { } text
            ? [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Known).Distinct()]
            : [.. Names.Where(x => x != Latent && (path is null || x != Field))];
        SeriesFitOptions field = options.Settings.Apply(SeriesFitOptions.Settings, new SeriesFitOptions(), parsed);
        LatentFitOptions latent = options.Settings.Apply(LatentFitOptions.Settings, LatentFitOptions.ForSeries, parsed);
        LatentForecastOptions forecasting = options.Settings.Apply(LatentForecastOptions.Settings, new LatentForecastOptions(), parsed);
        List<IForecaster> methods = [];
        foreach (string name in names)
        {
            methods.Add(name switch
            {
                Automatic => new AutomaticForecaster(),
                Linear => Forecasters.Linear(),
                Field => new CalibratedForecaster(new FieldForecaster(field)),
                Latent => new LatentModelForecaster(latent, forecasting),
                _ => Forecasters.Baselines().First(x => NameOf(x) == name),
            });
        }

        if (path is not null)
        {
            methods.Add(new NamedForecaster(Path.GetFileName(path), Saved(path, field, forecasting)));
        }

        CommandException.ThrowIf(methods.Count == 0, $"--methods names no method. The methods are {string.Join(", ", Names)}.");
        return methods;
    }

    private static IForecaster Saved(string path, SeriesFitOptions field, LatentForecastOptions forecasting) => UserFault.Checked(() =>
    {
        InputFiles.Check(path, "a model in it", "--model", $"'neuralode fit DATA.csv --save {Path.GetFileName(path)}' makes a model.");
        var file = ModelFile.Load(path, SeriesModel.FileKind, LatentForecaster.FileKind);
        if (file.Kind == LatentForecaster.FileKind.Name)
        {
            return (IForecaster)new LatentModelForecaster(LatentForecaster.From(file), forecasting);
        }

        var model = SeriesModel.From(file);
        return new LogForecaster(
            [.. model.Scaling.Components.Where(static x => x.IsLog).Select(static x => x.Name)],
            new FieldForecaster(field with { HiddenStates = model.HiddenStates, TimeDependent = model.IsTimeDependent, Widths = model.Widths }));
    });

    private static string Known(string name) => Names.FirstOrDefault(x => string.Equals(x, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new CommandException($"There is no method '{name}'.{NearestName.Suggestion(name, Names)} The methods are {string.Join(", ", Names)}.");

    private static string NameOf(IForecaster method) => method.Name.Replace(' ', '-');

    /// <summary>A method under another name.</summary>
    private sealed class NamedForecaster(string name, IForecaster inner) : IForecaster
    {
        public string Name => name;

        public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default) => inner.Fit(training, cancellation);
    }

    /// <summary>A method that learns components as logarithms which the table's options do not name.</summary>
    private sealed class LogForecaster(IReadOnlyList<string> logs, IForecaster inner) : IForecaster
    {
        public string Name => inner.Name;

        public IFittedForecaster Fit(TimeSeriesSet training, CancellationToken cancellation = default) => inner.Fit(
            new TimeSeriesSet(
                training.Components, training.Series, training.Time, [.. training.Components.Where(x => logs.Contains(x) || training.LogComponents.Contains(x))],
                training.Covariates, training.Inputs, training.SeriesName),
            cancellation);
    }
}
