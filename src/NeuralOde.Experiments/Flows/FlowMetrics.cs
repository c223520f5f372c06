using System.Text.Json.Nodes;
using NeuralOde.Series.Densities;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Flows;

/// <summary>The numbers behind the report.</summary>
internal static class FlowMetrics
{
    public static void Write(string path, FlowOutcome outcome, string commandLine) =>
        MetricsFile.Write(path, writer => Csv(writer, outcome.Fit), () => Json(outcome, commandLine));

    private static void Csv(TextWriter output, DensityFit fit)
    {
        var writer = new CsvWriter(output, ["iteration", "loss", "validation", "seconds", "evaluations"]);
        ILookup<int, DensityValidation> validations = fit.Validations.ToLookup(static x => x.Iteration);
        for (int i = 0; i <= fit.Training.Losses.Count; i++)
        {
            DensityValidation? validation = validations[i].FirstOrDefault();
            if (i == 0 && validation is null)
            {
                continue;
            }

            writer.Add(i).Add(i == 0 ? double.NaN : fit.Training.Losses[i - 1]).Add(validation?.NegativeLogLikelihood ?? double.NaN)
                .Add(validation?.Time.TotalSeconds ?? double.NaN).Add(validation is null ? double.NaN : validation.Evaluations).EndRow();
        }
    }

    private static JsonObject Json(FlowOutcome outcome, string commandLine) => new()
    {
        ["command"] = commandLine,
        ["tool"] = ToolVersion.Text,
        ["data"] = outcome.Source.Name,
        ["columns"] = new JsonArray([.. outcome.Data.Columns.Select(static x => (JsonNode)x)]),
        ["normal"] = MetricsFile.Number(outcome.Baselines.Gaussian),
        ["kernel"] = MetricsFile.Number(outcome.Baselines.Kernel),
        ["models"] = MetricsFile.Objects(outcome.Methods.Concat(outcome.Depths), static x => new JsonObject
        {
            ["label"] = x.Label,
            ["settings"] = MetricsFile.Settings(DensityOptions.Settings.ToText(x.Fit.Model.Options)),
            ["negativeLogLikelihood"] = MetricsFile.Number(x.Fit.NegativeLogLikelihood),
            ["parameters"] = x.Fit.Model.Parameters.ValueCount,
            ["seconds"] = x.Fit.Training.Elapsed.TotalSeconds,
            ["evaluations"] = x.Fit.Evaluations,
            ["losses"] = MetricsFile.Numbers(x.Fit.Training.Losses),
            ["validations"] = MetricsFile.Objects(x.Fit.Validations, static v => new JsonObject
            {
                ["iteration"] = v.Iteration,
                ["seconds"] = v.Time.TotalSeconds,
                ["negativeLogLikelihood"] = MetricsFile.Number(v.NegativeLogLikelihood),
                ["evaluations"] = v.Evaluations,
            }),
        }),
    };
}
