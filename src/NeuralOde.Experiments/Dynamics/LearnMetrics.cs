using System.Text.Json;
using NeuralOde.Series.Tables;

namespace NeuralOde.Experiments.Dynamics;

/// <summary>The numbers behind a report, for other programs.</summary>
internal static class LearnMetrics
{
    public static void Write(string path, DynamicsExperimentResult result, string commandLine)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.WriteText(path, writer => WriteCsv(writer, result));
        }
        else
        {
            AtomicFile.Write(path, stream => WriteJson(stream, result, commandLine));
        }
    }

    private static void WriteCsv(TextWriter writer, DynamicsExperimentResult result)
    {
        var errors = result.Evaluations.GroupBy(static x => x.Iteration).ToDictionary(static x => x.Key, static x => x.First().Error);
        var csv = new CsvWriter(writer, ["iteration", "loss", "observation_error"]);
        for (int i = 0; i < result.Losses.Count; i++)
        {
            csv.Add(i + 1d).Add(result.Losses[i]).Add(errors.TryGetValue(i + 1, out double error) ? error : double.NaN).EndRow();
        }
    }

    private static void WriteJson(Stream stream, DynamicsExperimentResult result, string commandLine)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = false });
        json.WriteStartObject();
        json.WriteString("tool", ToolVersion.Text);
        json.WriteString("command", commandLine);
        json.WriteString("outcome", result.Outcome.ToString().ToLowerInvariant());
        json.WritePropertyName("error");
        JsonNumber.Write(json, result.Error);
        json.WriteStartArray("component_errors");
        JsonNumber.Write(json, result.ComponentError(0));
        JsonNumber.Write(json, result.ComponentError(1));
        json.WriteEndArray();
        json.WritePropertyName("last_error");
        JsonNumber.Write(json, result.LastError);
        json.WritePropertyName("observation_error");
        JsonNumber.Write(json, result.ObservationError);
        json.WriteNumber("best_iteration", result.BestIteration);
        json.WriteNumber("iterations", result.Iterations);
        json.WriteNumber("failed_solves", result.FailedSolves);
        json.WriteNumber("seconds", result.Elapsed.TotalSeconds);
        json.WriteStartObject("settings");
        foreach ((string name, string value) in DynamicsText.Settings(result.Options))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        JsonNumber.Write(json, "losses", result.Losses);
        json.WriteStartArray("evaluations");
        foreach ((int iteration, double error) in result.Evaluations)
        {
            json.WriteStartObject();
            json.WriteNumber("iteration", iteration);
            json.WritePropertyName("observation_error");
            JsonNumber.Write(json, error);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonNumber.Write(json, "times", result.Times);
        States(json, "exact", result.Exact);
        States(json, "observations", [.. result.Observations.Select(static x => (double)x)]);
        States(json, "learned", result.Learned);
        json.WriteStartArray("snapshots");
        foreach (TrajectorySnapshot snapshot in result.Snapshots)
        {
            json.WriteStartObject();
            json.WriteNumber("iteration", snapshot.Iteration);
            States(json, "states", snapshot.States);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void States(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        for (int i = 0; i < values.Count; i += 2)
        {
            json.WriteStartArray();
            JsonNumber.Write(json, values[i]);
            JsonNumber.Write(json, values[i + 1]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
