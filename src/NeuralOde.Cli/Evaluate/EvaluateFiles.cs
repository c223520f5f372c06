using System.Text.Json.Nodes;
using NeuralOde.Series.Forecasting;
using NeuralOde.Series.Tables;

namespace NeuralOde.Cli.Evaluate;

/// <summary>What <c>evaluate</c> writes for other programs.</summary>
internal static class EvaluateFiles
{
    /// <summary>One row for each method, origin, series, time and component.</summary>
    public static void WriteCsv(TextWriter text, Evaluation evaluation)
    {
        TimeSeriesSet set = evaluation.Set;
        string[] bands = [.. ForecastDistribution.Levels.SelectMany(static x => new[] { $"lower_{100 * x:0}", $"upper_{100 * x:0}" })];
        var csv = new CsvWriter(text, ["method", "origin", "series", "time", "component", "observed", "median", .. bands]);
        foreach (RollingForecast forecast in evaluation.Result.Forecasts)
        {
            if (forecast.Forecast is not { } distribution)
            {
                continue;
            }

            TimeSeriesSet[] columns = [distribution.Median, .. ForecastDistribution.Levels.SelectMany(x => new[] { distribution.Lower(x), distribution.Upper(x) })];
            TimeSeriesSet heldOut = evaluation.Result.Splits[forecast.Origin].HeldOut, training = evaluation.Result.Splits[forecast.Origin].Training;
            for (int s = 0; s < heldOut.Series.Count; s++)
            {
                TimeSeries observed = heldOut.Series[s];
                string origin = set.Time.Text(training.Series[s].Times[^1]);
                for (int i = 0; i < observed.Count; i++)
                {
                    for (int c = 0; c < set.Components.Count; c++)
                    {
                        csv.Add(forecast.Method).Add(origin).Add(observed.Id).Add(set.Time.Text(observed.Times[i])).Add(set.Components[c]).Add(observed[i, c]);
                        foreach (TimeSeriesSet column in columns)
                        {
                            csv.Add(column.Series[s][i, c]);
                        }

                        csv.EndRow();
                    }
                }
            }
        }
    }

    /// <summary>Every score of every origin, and their means.</summary>
    public static JsonObject Json(Evaluation evaluation, string commandLine) => new()
    {
        ["tool"] = ToolVersion.Text,
        ["command"] = commandLine,
        ["origins"] = new JsonArray([.. evaluation.Result.Splits.Select(x => (JsonNode?)evaluation.Set.Time.Text(x.Training.Series.Max(static y => y.Times[^1])))]),
        ["levels"] = MetricsFile.Numbers(ForecastDistribution.Levels),
        ["components"] = MetricsFile.Objects(evaluation.Set.Components, component => new()
        {
            ["component"] = component,
            ["means"] = MetricsFile.Objects(evaluation.Result.Ranking(component), Score),
            ["scores"] = MetricsFile.Objects(evaluation.Result.Scores.Where(x => x.Component == component), Score),
            ["verdicts"] = new JsonArray([.. evaluation.Verdicts(component).Select(static x => (JsonNode?)x)]),
        }),
        ["methods"] = MetricsFile.Objects(evaluation.Result.Forecasts, static x => new()
        {
            ["method"] = x.Method,
            ["origin"] = x.Origin,
            ["found"] = new JsonArray([.. x.Descriptions.Select(static y => (JsonNode?)y)]),
            ["failure"] = x.Failure?.Problem,
        }),
    };

    private static JsonObject Score(ForecastScore x) => new()
    {
        ["method"] = x.Method,
        ["origin"] = x.Origin < 0 ? null : x.Origin,
        ["values"] = x.Count,
        ["mase"] = MetricsFile.Number(x.Mase),
        ["rmse"] = MetricsFile.Number(x.Rmse),
        ["coverage"] = MetricsFile.Numbers(x.Coverage),
        ["interval_score"] = MetricsFile.Numbers(x.IntervalScore),
        ["scale"] = MetricsFile.Number(x.Scale),
    };
}
