using System.Text.Json.Nodes;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The numbers behind a report on models of spirals, for other programs.</summary>
internal static class LatentSpiralsMetrics
{
    public static void Write(string path, LatentSpiralsOutcome outcome, string commandLine) => MetricsFile.Write(
        path,
        writer => WriteCsv(writer, outcome),
        () => new() { ["tool"] = ToolVersion.Text, ["command"] = commandLine, ["models"] = MetricsFile.Objects(outcome.Models, Model) });

    private static void WriteCsv(TextWriter writer, LatentSpiralsOutcome outcome)
    {
        var csv = new CsvWriter(writer, ["model", "iteration", "loss", "validation_error"]);
        foreach (SpiralModelOutcome model in outcome.Models)
        {
            var validations = model.Training?.Validations.ToDictionary(static x => x.Iteration, static x => x.Error);
            for (int i = 0; i < model.Training?.Losses.Count; i++)
            {
                csv.Add(Name(model)).Add(i + 1d).Add(model.Training.Losses[i]).Add(validations!.TryGetValue(i + 1, out double error) ? error : double.NaN).EndRow();
            }
        }
    }

    private static JsonObject Model(SpiralModelOutcome model)
    {
        var json = new JsonObject
        {
            ["model"] = Name(model),
            ["parameters"] = model.Model.Parameters.ValueCount,
            ["settings"] = MetricsFile.Settings(SpiralsText.Settings(model)),
            ["errors"] = MetricsFile.Objects(model.Errors, static x => new()
            {
                ["observations"] = x.Observations,
                ["reconstruction"] = Error(x.Reconstruction),
                ["extrapolation"] = Error(x.Extrapolation),
            }),
        };
        if (model.Training is { } training)
        {
            json["training"] = Training(training);
        }

        return json;
    }

    private static JsonObject Training(TrainingResult training) => new()
    {
        ["outcome"] = training.Outcome.ToString().ToLowerInvariant(),
        ["stopped_early"] = training.StoppedEarly,
        ["iterations"] = training.Losses.Count,
        ["best_iteration"] = training.BestIteration,
        ["best_validation_error"] = MetricsFile.Number(training.BestError),
        ["failed_steps"] = training.FailedSteps,
        ["seconds"] = training.Elapsed.TotalSeconds,
        ["losses"] = MetricsFile.Numbers(training.Losses),
        ["validation_iterations"] = MetricsFile.Numbers(training.Validations.Select(static x => (double)x.Iteration)),
        ["validation_errors"] = MetricsFile.Numbers(training.Validations.Select(static x => x.Error)),
    };

    private static JsonObject Error(SpiralError error) => new()
    {
        ["median"] = MetricsFile.Number(error.Median),
        ["percentile_90"] = MetricsFile.Number(error.Percentile90),
        ["pooled"] = MetricsFile.Number(error.Pooled),
    };

    private static string Name(SpiralModelOutcome model) => SpiralModel.Names[(int)model.Options.Decoder];
}
