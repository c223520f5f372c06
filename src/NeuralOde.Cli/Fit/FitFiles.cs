using System.Text.Json.Nodes;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Fit;

/// <summary>What <c>fit</c> writes for other programs: values with their fit, and numbers about the run.</summary>
internal static class FitFiles
{
    /// <summary>One row for each observation: the series, the time, the part, and each component as observed and as the model has it.</summary>
    public static void WriteCsv(TextWriter text, FitOutcome outcome)
    {
        TimeSeriesSet set = outcome.Data.Set;
        string[] head = set.SeriesName is null ? [set.Time.Name, "part"] : [set.SeriesName, set.Time.Name, "part"];
        var csv = new CsvWriter(text, [.. head, .. set.Components.SelectMany(static x => new[] { x, $"{x}_model" })]);
        var byId = set.Series.ToDictionary(static x => x.Id, StringComparer.Ordinal);
        foreach (Series.Models.SeriesPath path in outcome.Fit.Model.Paths)
        {
            TimeSeries observed = byId[path.Id];
            int first = Enumerable.Range(0, observed.Count).First(observed.IsObserved);
            TimeSeries model = outcome.Fit.Model.Predict(path, observed.Times[first..]);
            for (int i = first; i < observed.Count; i++)
            {
                _ = set.SeriesName is null ? csv : csv.Add(path.Id);
                csv.Add(set.Time.Text(observed.Times[i])).Add(observed.Times[i] <= path.TrainingEnd ? "training" : "held out");
                for (int c = 0; c < set.Components.Count; c++)
                {
                    csv.Add(observed[i, c]).Add(model[i - first, c]);
                }

                csv.EndRow();
            }
        }
    }

    /// <summary>The numbers of a fit of dynamics of the columns.</summary>
    public static JsonObject Json(FitOutcome outcome, string commandLine)
    {
        JsonObject json = Common("field", outcome.Data, outcome.Errors, FitRun.Remarks(outcome), commandLine);
        json["iterations"] = outcome.Fit.Losses.Count;
        json["seconds"] = MetricsFile.Number(outcome.Fit.Elapsed.TotalSeconds);
        json["training_error"] = MetricsFile.Number(outcome.Fit.TrainingError);
        json["piece_length"] = outcome.Fit.PieceLength;
        json["settings"] = MetricsFile.Settings(SeriesFitOptions.Settings.Describe(outcome.Options));
        json["losses"] = MetricsFile.Numbers(outcome.Fit.Losses);
        return json;
    }

    /// <summary>The numbers of a fit of a latent model.</summary>
    public static JsonObject Json(LatentFitOutcome outcome, string commandLine)
    {
        JsonObject json = Common("latent", outcome.Data, outcome.Errors, LatentFitRun.Remarks(outcome), commandLine);
        json["iterations"] = outcome.Fit.Training.Losses.Count;
        json["seconds"] = MetricsFile.Number(outcome.Fit.Training.Elapsed.TotalSeconds);
        json["noise"] = MetricsFile.Numbers(outcome.Fit.Forecaster.Noise);
        json["level"] = outcome.Forecasting.Level;
        json["inside"] = outcome.Coverage?.Inside;
        json["settings"] = MetricsFile.Settings(LatentFitOptions.Settings.Describe(outcome.Options));
        json["losses"] = MetricsFile.Numbers(outcome.Fit.Training.Losses);
        return json;
    }

    /// <summary>Errors as objects.</summary>
    public static JsonArray Errors(IEnumerable<ErrorRow> rows) => MetricsFile.Objects(rows, static x => new()
    {
        ["component"] = x.Component,
        ["scale"] = x.Scale,
        ["values"] = x.Count,
        ["rmse"] = MetricsFile.Number(x.Model),
        ["naive_rmse"] = MetricsFile.Number(x.Naive),
        ["ratio"] = MetricsFile.Number(x.Ratio),
    });

    private static JsonObject Common(string model, FitData data, IReadOnlyList<ErrorRow> errors, IEnumerable<string> remarks, string commandLine) => new()
    {
        ["tool"] = ToolVersion.Text,
        ["command"] = commandLine,
        ["model"] = model,
        ["series"] = data.Split.Training.Series.Count,
        ["components"] = new JsonArray([.. data.Set.Components.Select(static x => (JsonNode?)x)]),
        ["errors"] = Errors(errors),
        ["remarks"] = new JsonArray([.. remarks.Concat(data.Notes).Select(static x => (JsonNode?)x)]),
    };
}
