using System.Text.Json.Nodes;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>The table's numbers, for other programs.</summary>
internal static class MnistTableMetrics
{
    public static void Write(string path, MnistTable table, string commandLine) =>
        MetricsFile.Write(path, writer => WriteCsv(writer, table), () => Json(table, commandLine));

    private static void WriteCsv(TextWriter writer, MnistTable table)
    {
        var csv = new CsvWriter(
            writer,
            ["model", "runs", "mean_test_error", "least_test_error", "greatest_test_error", "parameters", "memory_bytes", "step_seconds", "published_test_error_percent"]);
        foreach (MnistTableResult row in table.Rows)
        {
            double[] errors = [.. row.Errors.DefaultIfEmpty(double.NaN)];
            csv.Add(row.Row.Title).Add(row.Entries.Count).Add(errors.Average()).Add(errors.Min()).Add(errors.Max());
            csv.Add(row.Cost.Parameters).Add(row.Cost.PeakBytes).Add(row.Cost.Time.TotalSeconds).Add(row.Row.Published.Error).EndRow();
        }
    }

    private static JsonObject Json(MnistTable table, string commandLine) => new()
    {
        ["tool"] = ToolVersion.Text,
        ["command"] = commandLine,
        ["data"] = table.Collection.Name,
        ["training_images"] = table.Data.Training.Count,
        ["test_images"] = table.Data.Test.Count,
        ["batch"] = table.BatchSize,
        ["threads"] = ComputeSettings.Current.MaxThreads,
        ["rows"] = MetricsFile.Objects(table.Rows, Row),
        ["depth"] = MetricsFile.Objects(
            table.Depths.SelectMany(static series => series.Costs.Select(x => (Series: series, x.Count, x.Cost))),
            static x => WithCost(new() { ["model"] = x.Series.Title, [x.Series.Unit] = x.Count }, x.Cost)),
    };

    private static JsonObject Row(MnistTableResult row)
    {
        JsonObject json = WithCost(
            new() { ["model"] = row.Row.Title, ["run"] = row.Row.Run, ["classifier"] = ClassifierText.Model(row.Row.Model), ["epochs"] = row.Row.Epochs },
            row.Cost);
        json["runs"] = MetricsFile.Objects(row.Entries, static entry => new()
        {
            ["seed"] = entry.Seed,
            ["test_error"] = 1 - entry.Test.Accuracy,
            ["test_loss"] = MetricsFile.Number(entry.Test.Loss),
            ["training_seconds"] = entry.Elapsed.TotalSeconds,
        });
        if (row.Entries.Count > 0)
        {
            json["mean_test_error"] = row.Errors.Average();
        }

        json["published"] = new JsonObject
        {
            ["test_error_percent"] = row.Row.Published.Error,
            ["parameters"] = row.Row.Published.Parameters,
            ["memory"] = row.Row.Published.Memory,
            ["time"] = row.Row.Published.Time,
        };
        return json;
    }

    private static JsonObject WithCost(JsonObject json, TrainingStepCost cost)
    {
        json["parameters"] = cost.Parameters;
        json["memory_bytes"] = cost.PeakBytes;
        json["step_seconds"] = cost.Time.TotalSeconds;
        json["forward_evaluations"] = cost.ForwardEvaluations;
        json["backward_evaluations"] = cost.BackwardEvaluations;
        return json;
    }
}
