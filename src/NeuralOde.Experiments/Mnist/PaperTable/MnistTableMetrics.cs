using System.Text.Json;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Losses;
using NeuralOde.Persistence;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Mnist.PaperTable;

/// <summary>The table's numbers, for other programs.</summary>
internal static class MnistTableMetrics
{
    public static void Write(string path, MnistTable table, string commandLine)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.WriteText(path, writer => WriteCsv(writer, table));
        }
        else
        {
            AtomicFile.Write(path, stream => WriteJson(stream, table, commandLine));
        }
    }

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

    private static void WriteJson(Stream stream, MnistTable table, string commandLine)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("tool", ToolVersion.Text);
        json.WriteString("command", commandLine);
        json.WriteString("data", table.Collection.Name);
        json.WriteNumber("training_images", table.Data.Training.Count);
        json.WriteNumber("test_images", table.Data.Test.Count);
        json.WriteNumber("batch", table.BatchSize);
        json.WriteNumber("threads", ComputeSettings.Current.MaxThreads);
        json.WriteStartArray("rows");
        foreach (MnistTableResult row in table.Rows)
        {
            json.WriteStartObject();
            json.WriteString("model", row.Row.Title);
            json.WriteString("run", row.Row.Run);
            json.WriteString("classifier", ClassifierText.Model(row.Row.Model));
            json.WriteNumber("epochs", row.Row.Epochs);
            Cost(json, row.Cost);
            json.WriteStartArray("runs");
            foreach (MnistTableEntry entry in row.Entries)
            {
                json.WriteStartObject();
                json.WriteNumber("seed", entry.Seed);
                json.WriteNumber("test_error", 1 - entry.Test.Accuracy);
                json.WriteNumber("test_loss", entry.Test.Loss);
                json.WriteNumber("training_seconds", entry.Elapsed.TotalSeconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (row.Entries.Count > 0)
            {
                json.WriteNumber("mean_test_error", row.Errors.Average());
            }

            json.WriteStartObject("published");
            json.WriteString("test_error_percent", row.Row.Published.Error);
            json.WriteString("parameters", row.Row.Published.Parameters);
            json.WriteString("memory", row.Row.Published.Memory);
            json.WriteString("time", row.Row.Published.Time);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("depth");
        foreach (DepthSeries series in table.Depths)
        {
            foreach ((int count, TrainingStepCost cost) in series.Costs)
            {
                json.WriteStartObject();
                json.WriteString("model", series.Title);
                json.WriteNumber(series.Unit, count);
                Cost(json, cost);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Cost(Utf8JsonWriter json, TrainingStepCost cost)
    {
        json.WriteNumber("parameters", cost.Parameters);
        json.WriteNumber("memory_bytes", cost.PeakBytes);
        json.WriteNumber("step_seconds", cost.Time.TotalSeconds);
        json.WriteNumber("forward_evaluations", cost.ForwardEvaluations);
        json.WriteNumber("backward_evaluations", cost.BackwardEvaluations);
    }
}
