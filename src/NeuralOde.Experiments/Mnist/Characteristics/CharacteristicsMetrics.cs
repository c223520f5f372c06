using System.Text.Json;
using NeuralOde.Experiments.Commands;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Losses;
using NeuralOde.Persistence;
using NeuralOde.Series.Tables;
using NeuralOde.Tensors;

namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary>The numbers about a classifier's equation, for other programs.</summary>
internal static class CharacteristicsMetrics
{
    public static void Write(string path, MeasuredCharacteristics measured, string commandLine)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.WriteText(path, writer => WriteCsv(writer, measured));
        }
        else
        {
            AtomicFile.Write(path, stream => WriteJson(stream, measured, commandLine));
        }
    }

    /// <summary>One table of both measurements: one row per tolerance, then one row per solver.</summary>
    private static void WriteCsv(TextWriter writer, MeasuredCharacteristics measured)
    {
        var csv = new CsvWriter(
            writer,
            ["measured", "solver", "tolerance", "relative_error", "evaluations", "seconds", "backward_evaluations", "backward_seconds", "images", "test_accuracy", "test_loss"]);
        foreach (SolverCharacteristic x in measured.Tolerances)
        {
            csv.Add("tolerance").Add(measured.Solver).Add(x.Tolerance).Add(x.Error).Add(x.Evaluations).Add(x.Time.TotalSeconds);
            (x.Failure is null ? csv.Add(x.BackwardEvaluations).Add(x.BackwardTime.TotalSeconds) : csv.Add("").Add("")).Add(measured.Images).Add("").Add("").EndRow();
        }

        foreach (InferenceResult x in measured.Inference)
        {
            csv.Add("inference").Add(x.Solver.ToString()).Add("").Add("");
            (x.Test is { } test
                ? csv.Add(test.Evaluations).Add(test.Elapsed.TotalSeconds).Add("").Add("").Add(measured.TestImages).Add(test.Accuracy).Add(test.Loss)
                : csv.Add("").Add("").Add("").Add("").Add(measured.TestImages).Add("").Add("")).EndRow();
        }
    }

    private static void WriteJson(Stream stream, MeasuredCharacteristics measured, string commandLine)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("tool", ToolVersion.Text);
        json.WriteString("command", commandLine);
        json.WriteString("model", measured.Model);
        json.WriteString("classifier", ClassifierText.Model(measured.Classifier.Options));
        json.WriteNumber("threads", ComputeSettings.Current.MaxThreads);
        json.WriteString("solver", measured.Solver);
        json.WriteNumber("images", measured.Images);
        json.WriteStartArray("tolerances");
        foreach (SolverCharacteristic x in measured.Tolerances)
        {
            json.WriteStartObject();
            json.WriteNumber("tolerance", x.Tolerance);
            Number(json, "relative_error", x.Error);
            json.WriteNumber("evaluations", x.Evaluations);
            json.WriteNumber("seconds", x.Time.TotalSeconds);
            if (x.Failure is null)
            {
                json.WriteNumber("backward_evaluations", x.BackwardEvaluations);
                json.WriteNumber("backward_seconds", x.BackwardTime.TotalSeconds);
            }
            else
            {
                json.WriteString("failure", x.Failure);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteHistory(json, measured.History);
        json.WriteNumber("test_images", measured.TestImages);
        json.WriteStartArray("inference");
        foreach (InferenceResult x in measured.Inference)
        {
            json.WriteStartObject();
            json.WriteString("solver", x.Solver.ToString());
            if (x.Test is { } test)
            {
                json.WriteNumber("test_accuracy", test.Accuracy);
                Number(json, "test_loss", test.Loss);
                json.WriteNumber("evaluations", test.Evaluations);
                json.WriteNumber("seconds", test.Elapsed.TotalSeconds);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter json, AdaptiveHistory? history)
    {
        if (history is null)
        {
            return;
        }

        json.WriteStartObject("training");
        json.WriteString("run", history.Name);
        json.WriteString("solver", history.Solver);
        json.WriteStartArray("epochs");
        foreach (ImageTrainingEpoch epoch in history.Epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Number);
            json.WriteNumber("forward_evaluations", epoch.ForwardEvaluations);
            json.WriteNumber("backward_evaluations", epoch.BackwardEvaluations / history.EvaluationsEach);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
