using System.Text.Json.Nodes;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Mnist;

/// <summary>The numbers behind a report on a classifier, for other programs.</summary>
internal static class MnistMetrics
{
    public static void Write(string path, MnistOutcome outcome, string commandLine) =>
        MetricsFile.Write(path, writer => WriteCsv(writer, outcome), () => Describe(outcome, commandLine));

    private static void WriteCsv(TextWriter writer, MnistOutcome outcome)
    {
        var csv = new CsvWriter(writer, ["step", "loss", "correct", "images", "forward_evaluations", "backward_evaluations"]);
        IReadOnlyList<ImageTrainingStep> steps = outcome.Result.History.Steps;
        for (int i = 0; i < steps.Count; i++)
        {
            csv.Add(i + 1d).Add(steps[i].Loss).Add(steps[i].Correct).Add(steps[i].Images).Add(steps[i].ForwardEvaluations).Add(steps[i].BackwardEvaluations).EndRow();
        }
    }

    private static JsonObject Describe(MnistOutcome outcome, string commandLine)
    {
        ImageTrainingHistory history = outcome.Result.History;
        var json = new JsonObject
        {
            ["tool"] = ToolVersion.Text,
            ["command"] = commandLine,
            ["outcome"] = outcome.Result.Outcome.ToString().ToLowerInvariant(),
            ["parameters"] = outcome.Network.Parameters.ValueCount,
            ["seconds"] = outcome.Result.Elapsed.TotalSeconds,
            ["settings"] = MetricsFile.Settings(ClassifierText.Settings(outcome)),
        };
        if (outcome.Test is { } test)
        {
            json["test"] = Test(test);
        }

        json["measured_on"] = outcome.Data.MeasuredName;
        json["epochs"] = MetricsFile.Objects(history.Epochs, static epoch => new()
        {
            ["epoch"] = epoch.Number,
            ["training_loss"] = MetricsFile.Number(epoch.TrainingLoss),
            ["training_accuracy"] = MetricsFile.Number(epoch.TrainingAccuracy),
            ["measured_loss"] = MetricsFile.Number(epoch.MeasuredLoss),
            ["measured_accuracy"] = MetricsFile.Number(epoch.MeasuredAccuracy),
            ["forward_evaluations"] = MetricsFile.Number(epoch.ForwardEvaluations),
            ["backward_evaluations"] = MetricsFile.Number(epoch.BackwardEvaluations),
            ["training_seconds"] = MetricsFile.Number(epoch.TrainingTime.TotalSeconds),
        });
        json["step_losses"] = Column(static x => x.Loss);
        json["step_correct"] = Column(static x => x.Correct);
        json["step_images"] = Column(static x => x.Images);
        json["step_forward_evaluations"] = Column(static x => x.ForwardEvaluations);
        json["step_backward_evaluations"] = Column(static x => x.BackwardEvaluations);
        return json;

        JsonArray Column(Func<ImageTrainingStep, double> value) => MetricsFile.Numbers(history.Steps.Select(value));
    }

    private static JsonObject Test(ClassifierEvaluation test)
    {
        int classes = test.Confusion.GetLength(0);
        return new()
        {
            ["images"] = test.Predicted.Length,
            ["correct"] = test.Correct,
            ["accuracy"] = test.Accuracy,
            ["loss"] = MetricsFile.Number(test.Loss),
            ["evaluations"] = test.Evaluations,
            ["seconds"] = test.Elapsed.TotalSeconds,
            ["confusion"] = new JsonArray([.. Enumerable.Range(0, classes).Select(Row)]),
        };

        JsonArray Row(int row) => MetricsFile.Numbers(Enumerable.Range(0, classes).Select(column => (double)test.Confusion[row, column]));
    }
}
