using System.Text.Json.Nodes;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Mnist.Characteristics;

/// <summary>The numbers about a classifier's equation, for other programs.</summary>
internal static class CharacteristicsMetrics
{
    public static void Write(string path, MeasuredCharacteristics measured, string commandLine) =>
        MetricsFile.Write(path, writer => WriteCsv(writer, measured), () => Json(measured, commandLine));

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

    private static JsonObject Json(MeasuredCharacteristics measured, string commandLine)
    {
        var json = new JsonObject
        {
            ["tool"] = ToolVersion.Text,
            ["command"] = commandLine,
            ["model"] = measured.Model,
            ["classifier"] = ClassifierText.Model(measured.Classifier.Options),
            ["threads"] = ComputeSettings.Current.MaxThreads,
            ["solver"] = measured.Solver,
            ["images"] = measured.Images,
            ["tolerances"] = MetricsFile.Objects(measured.Tolerances, Tolerance),
        };
        if (measured.History is { } history)
        {
            json["training"] = Training(history);
        }

        json["test_images"] = measured.TestImages;
        json["inference"] = MetricsFile.Objects(measured.Inference, Inference);
        return json;
    }

    private static JsonObject Tolerance(SolverCharacteristic x)
    {
        var json = new JsonObject
        {
            ["tolerance"] = x.Tolerance,
            ["relative_error"] = MetricsFile.Number(x.Error),
            ["evaluations"] = x.Evaluations,
            ["seconds"] = x.Time.TotalSeconds,
        };
        if (x.Failure is null)
        {
            json["backward_evaluations"] = x.BackwardEvaluations;
            json["backward_seconds"] = x.BackwardTime.TotalSeconds;
        }
        else
        {
            json["failure"] = x.Failure;
        }

        return json;
    }

    private static JsonObject Inference(InferenceResult x)
    {
        var json = new JsonObject { ["solver"] = x.Solver.ToString() };
        if (x.Test is { } test)
        {
            json["test_accuracy"] = test.Accuracy;
            json["test_loss"] = MetricsFile.Number(test.Loss);
            json["evaluations"] = test.Evaluations;
            json["seconds"] = test.Elapsed.TotalSeconds;
        }

        return json;
    }

    private static JsonObject Training(AdaptiveHistory history) => new()
    {
        ["run"] = history.Name,
        ["solver"] = history.Solver,
        ["epochs"] = MetricsFile.Objects(history.Epochs, epoch => new()
        {
            ["epoch"] = epoch.Number,
            ["forward_evaluations"] = epoch.ForwardEvaluations,
            ["backward_evaluations"] = epoch.BackwardEvaluations / history.EvaluationsEach,
        }),
    };
}
