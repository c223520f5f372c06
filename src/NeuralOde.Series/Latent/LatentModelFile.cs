using System.Text;
using System.Text.Json;
using NeuralOde.Modules;
using NeuralOde.Persistence;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Latent;

/// <summary>
/// The safetensors form of latent models of series: weights as <c>model.…</c>; a forecaster's known series as <c>known.…</c>, one after the other; in the metadata
/// the sizes, the scales and the names.
/// </summary>
internal static class LatentModelFile
{
    private const string ForecasterKey = "neuralode.latent_forecaster";
    private const string ClassifierKey = "neuralode.latent_classifier";
    private const string Prefix = "model.";
    private const int Version = 1;

    public static void Save(LatentForecaster model, string path)
    {
        TimeSeriesSet known = model.Known;
        double[] times = [.. known.Series.SelectMany(static x => x.Times.ToArray())];
        double[] values = [.. known.Series.SelectMany(static x => x.Values.ToArray())];
        double[] covariates = [.. known.Series.SelectMany(static x => x.Covariates.ToArray())];
        long[] counts = [.. known.Series.Select(static x => (long)x.Count)];
        SafeTensors.Save(
            path,
            [
                .. Weights(model.Model),
                SafeTensor.Create<double>("known.times", times, [times.Length]),
                SafeTensor.Create<double>("known.values", values, [times.Length, known.Components.Count]),
                SafeTensor.Create<double>("known.covariates", covariates, [known.Series.Count, known.Covariates.Count]),
                SafeTensor.Create<long>("known.counts", counts, [counts.Length]),
            ],
            new Dictionary<string, string>
            {
                [ForecasterKey] = Json(json =>
                {
                    model.Shape.Write(json);
                    model.SeriesScaling.Write(json);
                    if (known.SeriesName is not null)
                    {
                        json.WriteString("series_name", known.SeriesName);
                    }

                    WriteStrings(json, "series", known.Series.Select(static x => x.Id));
                }),
            });
    }

    public static void Save(SeriesClassifier model, string path) => SafeTensors.Save(
        path,
        Weights(model.Network),
        new Dictionary<string, string>
        {
            [ClassifierKey] = Json(json =>
            {
                model.Shape.Write(json);
                model.Scaling.Write(json);
                WriteStrings(json, "classes", model.Classes);
            }),
        });

    public static bool HoldsForecaster(string path) => SafeTensors.Load(path).Metadata.ContainsKey(ForecasterKey);

    public static LatentForecaster LoadForecaster(string path) => Load(path, ForecasterKey, "latent model of series", static (file, json) =>
    {
        LatentModelShape shape = LatentModelShape.Read(json);
        LatentSeriesScaling scaling = LatentSeriesScaling.Read(json);
        CheckSizes(shape, scaling);
        LatentOde model = shape.Create(new RandomSource(0));
        LoadWeights(file, model);
        string? name = json.TryGetProperty("series_name", out JsonElement given) ? given.GetString() : null;
        var known = new TimeSeriesSet(
            [.. scaling.Values.Components.Select(static x => x.Name)],
            Known(file, Strings(json, "series"), shape),
            scaling.Values.Time,
            [.. scaling.Values.Components.Where(static x => x.IsLog).Select(static x => x.Name)],
            [.. scaling.Covariates.Select(static x => x.Name)],
            seriesName: name);
        return new LatentForecaster(model, shape, scaling, known);
    });

    public static SeriesClassifier LoadClassifier(string path) => Load(path, ClassifierKey, "classifier of series", static (file, json) =>
    {
        LatentModelShape shape = LatentModelShape.Read(json);
        LatentSeriesScaling scaling = LatentSeriesScaling.Read(json);
        CheckSizes(shape, scaling);
        string[] classes = Strings(json, "classes");
        if (classes.Length < 2 || classes.Distinct(StringComparer.Ordinal).Count() != classes.Length)
        {
            throw new FormatException("it names fewer than two classes, or one twice.");
        }

        var network = new SeriesClassifierNetwork(shape, classes.Length, new RandomSource(0));
        LoadWeights(file, network);
        return new SeriesClassifier(network, shape, scaling, classes);
    });

    private static T Load<T>(string path, string key, string what, Func<SafeTensorsFile, JsonElement, T> read)
    {
        SafeTensorsFile file = SafeTensors.Load(path);
        if (!file.Metadata.TryGetValue(key, out string? description))
        {
            throw new SafeTensorsException(path, SafeTensorsReason.WrongValue, $"it is a safetensors file, but not a {what}. Take a file that 'neuralode fit --model latent --save' wrote.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(description);
            int version = document.RootElement.GetProperty("version").GetInt32();
            return version == Version
                ? read(file, document.RootElement)
                : throw new SafeTensorsException(path, SafeTensorsReason.WrongValue, FormattableString.Invariant($"its model has the format version {version}; this program reads version {Version}. Use the program that wrote it, or fit again."));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or SeriesException or ArgumentException)
        {
            throw new SafeTensorsException(path, SafeTensorsReason.WrongValue, $"its description of the model is damaged: {e.Message}", inner: e);
        }
    }

    private static IEnumerable<SafeTensor> Weights(Module model) =>
        model.NamedParameters().Select(static x => SafeTensor.Create(Prefix + x.Name, x.Parameter.AsSpan<float>(), x.Parameter.Shape.Lengths));

    private static void LoadWeights(SafeTensorsFile file, Module model)
    {
        foreach ((string name, Parameter parameter) in model.NamedParameters())
        {
            SafeTensor tensor = file[Prefix + name];
            if (!tensor.Shape.SequenceEqual(parameter.Shape.Lengths) || tensor.Type != SafeTensorType.Float32)
            {
                throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor is {tensor}; this model's has the type F32 and the shape {parameter.Shape}.");
            }

            float[] values = tensor.ToSingles();
            parameter.SetValues<float>(Array.TrueForAll(values, float.IsFinite) ? values : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor '{tensor.Name}' holds a value that is not finite."));
        }
    }

    private static TimeSeries[] Known(SafeTensorsFile file, string[] ids, LatentModelShape shape)
    {
        long[] counts = file["known.counts"].ToArray<long>();
        double[] times = file["known.times"].ToArray<double>(), values = file["known.values"].ToArray<double>(), covariates = file["known.covariates"].ToArray<double>();
        if (counts.Length != ids.Length || ids.Length == 0 || counts.Any(x => x < 1 || x > times.Length) || counts.Sum() != times.Length
            || values.Length != times.Length * shape.Components || covariates.Length != ids.Length * shape.Covariates)
        {
            throw new FormatException("its known series do not fit together.");
        }

        var series = new TimeSeries[ids.Length];
        int first = 0;
        for (int i = 0; i < series.Length; i++)
        {
            int count = (int)counts[i];
            series[i] = new TimeSeries(
                ids[i],
                times.AsSpan(first, count),
                values.AsSpan(first * shape.Components, count * shape.Components),
                covariates.AsSpan(i * shape.Covariates, shape.Covariates));
            first += count;
        }

        return series;
    }

    private static void CheckSizes(LatentModelShape shape, LatentSeriesScaling scaling)
    {
        if (shape.Components != scaling.Values.Components.Count || shape.Covariates != scaling.Covariates.Count)
        {
            throw new FormatException("its sizes and its scales do not fit together.");
        }
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string[] Strings(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(static x => x.GetString() ?? "")];
}
