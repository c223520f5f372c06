using System.Text.Json;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.LatentSpirals;

/// <summary>The numbers behind a report on models of spirals, for other programs.</summary>
internal static class LatentSpiralsMetrics
{
    public static void Write(string path, LatentSpiralsOutcome outcome, string commandLine)
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

    private static void WriteJson(Stream stream, LatentSpiralsOutcome outcome, string commandLine)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("tool", ToolVersion.Text);
        json.WriteString("command", commandLine);
        json.WriteStartArray("models");
        foreach (SpiralModelOutcome model in outcome.Models)
        {
            WriteModel(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, SpiralModelOutcome model)
    {
        json.WriteStartObject();
        json.WriteString("model", Name(model));
        json.WriteNumber("parameters", model.Model.Parameters.ValueCount);
        json.WriteStartObject("settings");
        foreach ((string name, string value) in SpiralsText.Settings(model))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("errors");
        foreach (SpiralErrors errors in model.Errors)
        {
            json.WriteStartObject();
            json.WriteNumber("observations", errors.Observations);
            WriteError(json, "reconstruction", errors.Reconstruction);
            WriteError(json, "extrapolation", errors.Extrapolation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (model.Training is { } training)
        {
            WriteTraining(json, training);
        }

        json.WriteEndObject();
    }

    private static void WriteTraining(Utf8JsonWriter json, TrainingResult training)
    {
        json.WriteStartObject("training");
        json.WriteString("outcome", training.Outcome.ToString().ToLowerInvariant());
        json.WriteBoolean("stopped_early", training.StoppedEarly);
        json.WriteNumber("iterations", training.Losses.Count);
        json.WriteNumber("best_iteration", training.BestIteration);
        JsonNumber.Write(json, "best_validation_error", training.BestError);
        json.WriteNumber("failed_steps", training.FailedSteps);
        json.WriteNumber("seconds", training.Elapsed.TotalSeconds);
        JsonNumber.Write(json, "losses", training.Losses);
        JsonNumber.Write(json, "validation_iterations", [.. training.Validations.Select(static x => (double)x.Iteration)]);
        JsonNumber.Write(json, "validation_errors", [.. training.Validations.Select(static x => x.Error)]);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, string name, SpiralError error)
    {
        json.WriteStartObject(name);
        JsonNumber.Write(json, "median", error.Median);
        JsonNumber.Write(json, "percentile_90", error.Percentile90);
        JsonNumber.Write(json, "pooled", error.Pooled);
        json.WriteEndObject();
    }

    private static string Name(SpiralModelOutcome model) => SpiralModel.Names[(int)model.Options.Decoder];
}
