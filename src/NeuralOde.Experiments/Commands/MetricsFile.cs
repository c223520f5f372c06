using System.Text.Json;
using System.Text.Json.Nodes;

namespace NeuralOde.Experiments.Commands;

/// <summary>The numbers behind a report, for other programs: a table in CSV, or everything in JSON. The file's ending says which.</summary>
internal static class MetricsFile
{
    public static void Write(string path, Action<TextWriter> csv, Func<JsonObject> json)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.WriteText(path, csv);
            return;
        }

        WriteJson(path, json());
    }

    /// <summary>Writes an object, all or nothing.</summary>
    public static void WriteJson(string path, JsonObject json) => AtomicFile.Write(path, stream =>
    {
        using var writer = new Utf8JsonWriter(stream);
        json.WriteTo(writer);
    });

    /// <summary>A number; null where it is not finite, as JSON has no NaN.</summary>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;

    public static JsonArray Numbers(IEnumerable<double> values) => [.. values.Select(Number)];

    /// <summary>An object for each of a list's elements.</summary>
    public static JsonArray Objects<T>(IEnumerable<T> list, Func<T, JsonObject> describe) => [.. list.Select(describe)];

    public static JsonObject Settings(IEnumerable<(string Name, string Value)> settings) =>
        new(settings.Select(static x => KeyValuePair.Create<string, JsonNode?>(x.Name, x.Value)));
}
