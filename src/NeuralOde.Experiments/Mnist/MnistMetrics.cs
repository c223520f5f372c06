using System.Text.Json;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Mnist;

/// <summary>The numbers behind a report on a classifier, for other programs.</summary>
internal static class MnistMetrics
{
    public static void Write(string path, MnistOutcome outcome, string commandLine)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.WriteText(path, writer => WriteCsv(writer, outcome));
        }
        else
        {
            AtomicFile.Write(path, stream => WriteJson(stream, outcome, commandLine));
        }
    }

    private static void WriteCsv(TextWriter writer, MnistOutcome outcome)
    {
        var csv = new CsvWriter(writer, ["step", "loss", "correct", "images", "forward_evaluations", "backward_evaluations"]);
        IReadOnlyList<ImageTrainingStep> steps = outcome.Result.History.Steps;
        for (int i = 0; i < steps.Count; i++)
        {
            csv.Add(i + 1d).Add(steps[i].Loss).Add(steps[i].Correct).Add(steps[i].Images).Add(steps[i].ForwardEvaluations).Add(steps[i].BackwardEvaluations).EndRow();
        }
    }

    private static void WriteJson(Stream stream, MnistOutcome outcome, string commandLine)
    {
        ImageTrainingHistory history = outcome.Result.History;
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("tool", ToolVersion.Text);
        json.WriteString("command", commandLine);
        json.WriteString("outcome", outcome.Result.Outcome.ToString().ToLowerInvariant());
        json.WriteNumber("parameters", outcome.Network.Parameters.ValueCount);
        json.WriteNumber("seconds", outcome.Result.Elapsed.TotalSeconds);
        json.WriteStartObject("settings");
        foreach ((string name, string value) in ClassifierText.Settings(outcome))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        if (outcome.Test is { } test)
        {
            WriteTest(json, test);
        }

        json.WriteString("measured_on", outcome.Data.MeasuredName);
        json.WriteStartArray("epochs");
        foreach (ImageTrainingEpoch epoch in history.Epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Number);
            JsonNumber.Write(json, "training_loss", epoch.TrainingLoss);
            JsonNumber.Write(json, "training_accuracy", epoch.TrainingAccuracy);
            JsonNumber.Write(json, "measured_loss", epoch.MeasuredLoss);
            JsonNumber.Write(json, "measured_accuracy", epoch.MeasuredAccuracy);
            JsonNumber.Write(json, "forward_evaluations", epoch.ForwardEvaluations);
            JsonNumber.Write(json, "backward_evaluations", epoch.BackwardEvaluations);
            JsonNumber.Write(json, "training_seconds", epoch.TrainingTime.TotalSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Column(json, "step_losses", history.Steps, static x => x.Loss);
        Column(json, "step_correct", history.Steps, static x => x.Correct);
        Column(json, "step_images", history.Steps, static x => x.Images);
        Column(json, "step_forward_evaluations", history.Steps, static x => x.ForwardEvaluations);
        Column(json, "step_backward_evaluations", history.Steps, static x => x.BackwardEvaluations);
        json.WriteEndObject();
    }

    private static void WriteTest(Utf8JsonWriter json, ClassifierEvaluation test)
    {
        json.WriteStartObject("test");
        json.WriteNumber("images", test.Predicted.Length);
        json.WriteNumber("correct", test.Correct);
        json.WriteNumber("accuracy", test.Accuracy);
        JsonNumber.Write(json, "loss", test.Loss);
        json.WriteNumber("evaluations", test.Evaluations);
        json.WriteNumber("seconds", test.Elapsed.TotalSeconds);
        json.WriteStartArray("confusion");
        for (int row = 0; row < test.Confusion.GetLength(0); row++)
        {
            json.WriteStartArray();
            for (int column = 0; column < test.Confusion.GetLength(1); column++)
            {
                json.WriteNumberValue(test.Confusion[row, column]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Column(Utf8JsonWriter json, string name, IReadOnlyList<ImageTrainingStep> steps, Func<ImageTrainingStep, double> value)
    {
        json.WriteStartArray(name);
        foreach (ImageTrainingStep step in steps)
        {
            json.WriteNumberValue(value(step));
        }

        json.WriteEndArray();
    }
}
