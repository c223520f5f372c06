using NeuralOde.Cli.Fit;
using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Models;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Forecast;

/// <summary><c>neuralode forecast</c>: continues the series of a model that <c>fit</c> saved.</summary>
internal static class ForecastCommand
{
    public static CommandDescription Create() => new()
    {
        Name = "forecast",
        Summary = "Continues every series of a fitted model from the end of its data.",
        Examples =
        [
            ("neuralode forecast model.safetensors --until 1940 --step 1 --out forecast.csv", "Yearly values from the last observation on."),
            ("neuralode forecast flu.safetensors --until 1978-02-20 --step 0.5", "Dates, twice a day, to the standard output."),
            (
                "neuralode forecast latent.safetensors --data new-patients.csv --until 48 --step 1 --out forecast.csv",
                "Patients that the model has never seen, from their first observations."),
        ],
        Notes =
        [
            "The CSV has the columns of the training data: the series if there are several, the time, and the components in their natural values. "
                + "The first row of each series is at its last observation, held out or not; the trajectory itself starts from the learned initial state.",
            "A model that 'fit' chose by itself writes for each component its median as NAME and the ends of its bands as NAME_lower_50, NAME_upper_50, NAME_lower_80 and so on, "
                + "from the first step after the last observation on.",
            "A latent model ('fit --model latent') writes for each component three columns: the mean, NAME_lower and NAME_upper. "
                + "The next observation lies between the two with a probability of 90 %, if the model is right. It infers the state of each series from all its observations.",
        ],
        Body = Body,
    };

    private static CommandBody Body()
    {
        var model = new CommandOption<string?>("MODEL", "A model that 'neuralode fit --save' wrote.") { ValueName = "MODEL.safetensors", IsRequired = true };
        var until = new CommandOption<string?>(
            "--until",
            "The last time, in the form of the data: a number, or a date such as 1978-03-01. The last row is at this time or less than a step before it.")
        {
            ValueName = "T",
        };
        CommandOption<double?> step = Options.Positive("--step", "The time between two values, in the data's unit (days for dates).", "D");
        CommandOption<string?> inputs = Options.Text(
            "--inputs",
            "The later values of a model's inputs: a table with the columns of the training data's times and inputs; its rows are forecast. Default: the rows after the last "
                + "observation in the training data.",
            "FILE.csv");
        CommandOption<string?> data = Options.Text(
            "--data",
            "Other series to continue, by a latent model: a table with the columns of the training data. Default: the series of the training data.",
            "FILE.csv");
        SettingOptions settings = new SettingOptions().Add(LatentForecastOptions.Settings.Only("samples").Under("Forecast"), ("", new()));
        CommandOption<string?> output = Options.Text("--out", "The file for the forecast. Default: the standard output.", "FILE.csv");
        return new CommandBody
        {
            Arguments = [model],
            Groups =
            [
                ("Forecast", [until, step, data, inputs, settings["samples"], output]),
            ],
            Run = (context, parsed) => Start(
                context,
                parsed.GetValue(model)!,
                new Asked(parsed.GetValue(until), parsed.GetValue(step), parsed.GetValue(data), parsed.GetValue(inputs)),
                settings.IsGiven(parsed) ? settings.Apply(LatentForecastOptions.Settings, new LatentForecastOptions(), parsed) : null,
                parsed.GetValue(output)),
        };
    }

    private static int Start(CommandContext context, string path, Asked asked, LatentForecastOptions? samples, string? output)
    {
        string? data = asked.Data;
        OutputFiles.Check(path, ("--out", output));
        OutputFiles.CheckEndings(("--out", output, [".csv"]));
        if (data is not null && output is not null)
        {
            OutputFiles.Check(data, ("--out", output));
        }

        return UserFault.Checked(() =>
        {
            InputFiles.Check(path, "a model in it", advice: $"'neuralode fit DATA.csv --save {Path.GetFileName(path)}' makes a model.");
            var file = ModelFile.Load(path, AutomaticForecast.FileKind, SeriesModel.FileKind, SeriesEnsemble.FileKind, LatentForecaster.FileKind);
            AutomaticForecast? chosen = file.Kind == AutomaticForecast.FileKind.Name ? AutomaticForecast.From(file) : null;
            if (chosen?.Known.Inputs.Count > 0)
            {
                return Write(context, output, Said(context, chosen, FutureInputs.Forecast(chosen, path, asked)));
            }

            CommandException.ThrowIf(asked.Inputs is not null, $"--inputs: {path} was learned without inputs. 'neuralode fit --inputs' names them.");
            string until = asked.Until ?? throw new CommandException("--until is required: the last time of the forecast, in the form of the data.");
            double step = asked.Step ?? throw new CommandException("--step is required: the time between two values, in the data's unit (days for dates).");
            if (file.Kind == LatentForecaster.FileKind.Name)
            {
                SeriesForecast bands = LatentForecast(LatentForecaster.From(file), until, step, data, samples);
                return Write(context, output, bands.Mean.Series.Sum(static x => x.Count), bands.WriteCsv, bands.WriteCsv);
            }

            CommandException.ThrowIf(
                data is not null || samples is not null,
                $"{(data is null ? "--samples" : "--data")} takes a latent model, and {path} is not one: its dynamics start from initial states that were learned "
                    + $"with it. 'neuralode fit --model latent' makes one.");
            if (chosen is not null)
            {
                return Write(context, output, Said(context, chosen, Forecast(chosen, Time(chosen.Known.Time, until), until, step)));
            }

            if (file.Kind == SeriesEnsemble.FileKind.Name)
            {
                var ensemble = SeriesEnsemble.From(file);
                SeriesModel first = ensemble.Members[0];
                double end = Time(first.Scaling.Time, until);
                CheckReach(first, end, until, step);
                EnsembleForecast joint = ensemble.Forecast(end, step);
                Warn(context, first, joint.Mean);
                TimeSeriesSet table = joint.Table();
                return Write(context, output, joint.Mean.Series.Sum(static x => x.Count), table.WriteCsv, table.WriteCsv);
            }

            var model = SeriesModel.From(file);
            TimeSeriesSet forecast = Forecast(model, Time(model.Scaling.Time, until), until, step);
            Warn(context, model, forecast);
            return Write(context, output, forecast.Series.Sum(static x => x.Count), forecast.WriteCsv, forecast.WriteCsv);
        });
    }

    /// <summary>Says what a forecast does that the data never did.</summary>
    private static ForecastDistribution Said(CommandContext context, AutomaticForecast chosen, ForecastDistribution forecast)
    {
        TimeSeriesSet median = forecast.Median;
        foreach (string sentence in ForecastWarnings.Of(chosen.Known, chosen.Known, c => median.Series.SelectMany(x => Enumerable.Range(0, x.Count).Select(i => x[i, c])))
            .Concat(SeriesWarnings.Of(chosen.Known, median)))
        {
            context.Error.WriteLine(sentence);
        }

        return forecast;
    }

    /// <summary>Says where a forecast leaves the region in which the dynamics were learned.</summary>
    private static void Warn(CommandContext context, SeriesModel model, TimeSeriesSet forecast)
    {
        for (int c = 0; c < forecast.Components.Count; c++)
        {
            (double low, double high) = model.Learned(c);
            double[] values = [.. forecast.Series.SelectMany(x => Enumerable.Range(0, x.Count).Select(i => x[i, c]))];
            if (values.Length > 0 && (values.Min() < low || values.Max() > high))
            {
                context.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The forecast of {forecast.Components[c]} goes from {values.Min():G3} to {values.Max():G3}, outside of {low:G3} to {high:G3}, where the "
                        + $"dynamics were learned: "
                        + $"it is a guess there."));
            }
        }
    }

    private static ForecastDistribution Forecast(AutomaticForecast chosen, double time, string until, double step)
    {
        double end = chosen.Known.Series.Min(static x => x.Times[^1]);
        TimeAxis axis = chosen.Known.Time;
        CommandException.ThrowIf(!(time > end), $"--until {until} is not after the end of the data, {axis.Text(end)}, where the forecast begins.");
        CommandException.ThrowIf(
            time - end < step * (1 - 1e-9),
            $"--step {step.ToString(CultureInfo.InvariantCulture)} reaches past --until {until} from the end of the data, {axis.Text(end)}, "
                + $"so nothing would be forecast. Use a shorter step.");
        return chosen.Forecast(time, step);
    }

    private static int Write(CommandContext context, string? output, ForecastDistribution distribution) =>
        Write(context, output, distribution.Median.Series.Sum(static x => x.Count), distribution.WriteCsv, distribution.WriteCsv);

    private static int Write(CommandContext context, string? output, int rows, Action<TextWriter> toText, Action<string> toFile)
    {
        if (output is null)
        {
            toText(context.Out);
        }
        else
        {
            toFile(output);
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Forecast: {output}, {Rows(rows)}."));
        }

        return ExitCode.Success;
    }

    private static SeriesForecast LatentForecast(LatentForecaster model, string until, double step, string? data, LatentForecastOptions? samples)
    {
        TimeSeriesSet known = model.Known;
        if (data is not null)
        {
            InputFiles.Check(data, "a CSV file in it", "--data");
            known = ModelTable.Read(data, known.Time, known.Components, known.LogComponents, known.Covariates, known.SeriesName);
        }

        return model.Forecast(Time(known.Time, until), step, known, samples ?? new LatentForecastOptions());
    }

    private static string Rows(int count) => count == 1 ? "1 row" : count.ToString("N0", CultureInfo.InvariantCulture) + " rows";

    internal static double Time(TimeAxis axis, string until)
    {
        try
        {
            return axis.Parse(until);
        }
        catch (TimeException e)
        {
            throw new CommandException($"--until: {OptionAdvice.Describe(e)}", inner: e);
        }
    }

    private static TimeSeriesSet Forecast(SeriesModel model, double time, string until, double step)
    {
        CheckReach(model, time, until, step);
        return model.Forecast(time, step);
    }

    private static void CheckReach(SeriesModel model, double time, string until, double step)
    {
        double start = model.Paths.Min(model.StartOf), end = model.Paths.Min(static x => x.DataEnd);
        if (!(time > end))
        {
            TimeAxis axis = model.Scaling.Time;
            throw new CommandException(time < start
                ? $"--until {until} is before the model's start, {axis.Text(start)}. Its data end at {axis.Text(end)}; a forecast goes beyond."
                : $"--until {until} is not after the end of the data, {axis.Text(end)}, where the forecast begins.");
        }

        CommandException.ThrowIf(
            time - end < step * (1 - 1e-9),
            $"--step {step.ToString(CultureInfo.InvariantCulture)} reaches past --until {until} from the end of the data, {model.Scaling.Time.Text(end)}, "
                + $"so nothing would be forecast. Use a shorter step.");
    }

    /// <summary>What is to be forecast.</summary>
    /// <param name="Until">The last time.</param>
    /// <param name="Step">The time between two values.</param>
    /// <param name="Data">A table of other series, for a latent model.</param>
    /// <param name="Inputs">A table with later values of inputs.</param>
    internal sealed record Asked(string? Until, double? Step, string? Data, string? Inputs);
}
