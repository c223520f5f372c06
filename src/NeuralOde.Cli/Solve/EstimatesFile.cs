using System.Text.Json;
using NeuralOde.Equations.Fitting;

namespace NeuralOde.Cli.Solve;

/// <summary>The covariance of a fit's estimates in the JSON of its numbers.</summary>
internal static class EstimatesFile
{
    private const string Name = "covariance";

    public static void Write(Utf8JsonWriter json, ParameterCovariance covariance)
    {
        json.WriteStartObject(Name);
        json.WriteStartArray("parameters");
        foreach (string name in covariance.Names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        JsonNumber.Write(json, "values", covariance.Values);
        json.WriteStartArray("logarithmic");
        foreach (bool isLogarithmic in covariance.IsLogarithmic)
        {
            json.WriteBooleanValue(isLogarithmic);
        }

        json.WriteEndArray();
        JsonNumber.Write(json, "matrix", [.. covariance.Matrix.SelectMany(static x => x)]);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="CommandException">The file is no such JSON, or has no covariance.</exception>
    public static ParameterCovariance Read(string path)
    {
        InputFiles.Check(path, "a file in it", "--estimates");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            if (!document.RootElement.TryGetProperty(Name, out JsonElement x))
            {
                throw new CommandException(
                    $"--estimates: {path} has no covariance. It is written by 'neuralode fit --equations --metrics', where the data determine every parameter that series share.");
            }

            string[] names = [.. x.GetProperty("parameters").EnumerateArray().Select(static e => e.GetString()!)];
            double[] values = Numbers(x, "values"), matrix = Numbers(x, "matrix");
            bool[] logarithmic = [.. x.GetProperty("logarithmic").EnumerateArray().Select(static e => e.GetBoolean())];
            CommandException.ThrowIf(
                values.Length != names.Length || logarithmic.Length != names.Length || matrix.Length != names.Length * names.Length || !values.Concat(matrix).All(double.IsFinite),
                $"--estimates: the covariance in {path} is damaged.");
            return new ParameterCovariance(names, values, logarithmic, [.. names.Select((_, i) => (IReadOnlyList<double>)matrix[(i * names.Length)..((i + 1) * names.Length)])]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CommandException($"--estimates takes the JSON that 'neuralode fit --equations --metrics' wrote; {path} is something else.", inner: e);
        }
    }

    private static double[] Numbers(JsonElement x, string name) => [.. x.GetProperty(name).EnumerateArray().Select(static e => e.GetDouble())];
}
