using System.Text;
using System.Text.Json;
using NeuralOde.Persistence;
using NeuralOde.Series.Scaling;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Models;

/// <summary>
/// The safetensors form of a <see cref="SeriesModel"/>: weights as <c>field.…</c>; the box as <c>box.low</c> and <c>box.high</c>; the learned
/// initial states as <c>starts.states</c>, with the model times and series they belong to; in the metadata the layout, the series and the standardization.
/// </summary>
internal static class SeriesModelFile
{
    private const string ModelKey = "neuralode.series_model";
    private const string ScalingKey = "neuralode.standardization";
    private const int Version = 1;

    public static void Save(SeriesModel model, string path)
    {
        SeriesFieldShape layout = model.Field.Layout;
        List<SafeTensor> tensors = [.. model.Field.NamedParameters().Select(static x => SafeTensor.Create("field." + x.Name, x.Parameter.AsSpan<double>(), Lengths(x.Parameter)))];
        double[] times = [.. model.Paths.SelectMany(static path => path.Starts)];
        double[] states = [.. model.Paths.SelectMany(static path => path.States).SelectMany(static state => state)];
        long[] series = [.. model.Paths.SelectMany((path, index) => path.Starts.Select(_ => (long)index))];
        tensors.Add(SafeTensor.Create<double>("starts.times", times, [times.Length]));
        tensors.Add(SafeTensor.Create<double>("starts.states", states, [times.Length, layout.LearnedStates]));
        tensors.Add(SafeTensor.Create<long>("starts.series", series, [times.Length]));
        tensors.Add(SafeTensor.Create<double>("box.low", [.. layout.Low], [layout.LearnedStates]));
        tensors.Add(SafeTensor.Create<double>("box.high", [.. layout.High], [layout.LearnedStates]));
        SafeTensors.Save(path, tensors, new Dictionary<string, string> { [ModelKey] = Describe(model), [ScalingKey] = model.Scaling.ToJson() });
    }

    public static SeriesModel Load(string path)
    {
        SafeTensorsFile file = SafeTensors.Load(path);
        if (!file.Metadata.TryGetValue(ModelKey, out string? description) || !file.Metadata.TryGetValue(ScalingKey, out string? scaling))
        {
            throw new SafeTensorsException(path, SafeTensorsReason.WrongValue, "it is a safetensors file, but not a model of series: its metadata do not say what the tensors mean. Take a file that 'neuralode fit --save' wrote.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(description);
            return Read(file, document.RootElement, Standardization.FromJson(scaling));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or SeriesException or ArgumentException)
        {
            throw new SafeTensorsException(path, SafeTensorsReason.WrongValue, $"its description of the model is damaged: {e.Message}", inner: e);
        }
    }

    private static string Describe(SeriesModel model)
    {
        SeriesFieldShape layout = model.Field.Layout;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteNumber("hidden_states", layout.HiddenStates);
            if (layout.ClockSpan is { } span)
            {
                json.WriteNumber("clock_span", span);
            }

            json.WriteStartArray("widths");
            foreach (int width in layout.Widths)
            {
                json.WriteNumberValue(width);
            }

            json.WriteEndArray();
            if (model.SeriesName is not null)
            {
                json.WriteString("series_name", model.SeriesName);
            }

            json.WriteStartArray("series");
            foreach (SeriesPath path in model.Paths)
            {
                json.WriteStartObject();
                json.WriteString("id", path.Id);
                json.WriteNumber("training_end", path.TrainingEnd);
                json.WriteNumber("data_end", path.DataEnd);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static SeriesModel Read(SafeTensorsFile file, JsonElement json, Standardization scaling)
    {
        int version = json.GetProperty("version").GetInt32();
        if (version != Version)
        {
            throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"its model has the format version {version}; this program reads version {Version}. Use the program that wrote it, or fit again.");
        }

        int hidden = Require(file, json.GetProperty("hidden_states").GetInt32(), static x => x is >= 0 and <= 10_000, "number of hidden states");
        double? span = json.TryGetProperty("clock_span", out JsonElement clock) ? Require(file, clock.GetDouble(), static x => x > 0 && double.IsFinite(x), "clock span") : null;
        int[] widths = [.. json.GetProperty("widths").EnumerateArray().Select(x => Require(file, x.GetInt32(), static x => x is >= 1 and <= 100_000, "layer width"))];
        int learned = scaling.Components.Count + hidden;
        CheckWeights(file, scaling.Components.Count, learned, span is not null, widths);
        var layout = new SeriesFieldShape
        {
            Components = scaling.Components.Count,
            HiddenStates = hidden,
            ClockSpan = span,
            Widths = widths,
            Low = Numbers(file, "box.low", [learned]),
            High = Numbers(file, "box.high", [learned]),
        };
        var field = new SeriesField(layout, new RandomSource(0));
        foreach ((string name, Parameter parameter) in field.NamedParameters())
        {
            parameter.SetValues<double>(Numbers(file, "field." + name, Lengths(parameter)));
        }

        string? seriesName = json.TryGetProperty("series_name", out JsonElement given) ? given.GetString() : null;
        return new SeriesModel(field, scaling, seriesName, ReadPaths(file, json.GetProperty("series"), learned));
    }

    /// <summary>The weights' shapes are checked before a network of the claimed size is made.</summary>
    private static void CheckWeights(SafeTensorsFile file, int components, int learned, bool hasClock, int[] widths)
    {
        int inputs = learned + (hasClock ? 1 : 0);
        int[] sizes = [inputs, .. widths, learned];
        for (int i = 0; i + 1 < sizes.Length; i++)
        {
            Numbers(file, $"field.network.layer{i}.weight", [sizes[i + 1], sizes[i]]);
        }

        Numbers(file, "field.linear.weight", [learned, learned]);
    }

    private static SeriesPath[] ReadPaths(SafeTensorsFile file, JsonElement json, int learned)
    {
        int count = file["starts.times"].Count;
        double[] times = Numbers(file, "starts.times", [count]);
        double[] states = Numbers(file, "starts.states", [count, learned]);
        long[] owners = file["starts.series"].Type == SafeTensorType.Int64 && file["starts.series"].Count == count
            ? file["starts.series"].ToArray<long>()
            : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor 'starts.series' is {file["starts.series"]}; a model with {count} starts has as many of type I64.");
        var paths = new SeriesPath[json.GetArrayLength()];
        for (int s = 0; s < paths.Length; s++)
        {
            int[] rows = [.. Enumerable.Range(0, count).Where(row => owners[row] == s)];
            string id = json[s].GetProperty("id").GetString() ?? "";
            if (rows.Length == 0 || rows.Zip(rows.Skip(1)).Any(pair => times[pair.First] >= times[pair.Second]))
            {
                throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"series '{id}' has no initial state, or starts that do not rise in time.");
            }

            paths[s] = new SeriesPath(
                id,
                [.. rows.Select(row => times[row])],
                [.. rows.Select(row => (IReadOnlyList<double>)states[(row * learned)..((row + 1) * learned)])],
                Require(file, json[s].GetProperty("training_end").GetDouble(), double.IsFinite, "end of training"),
                Require(file, json[s].GetProperty("data_end").GetDouble(), double.IsFinite, "end of the data"));
        }

        return paths.Length > 0 ? paths : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, "its model knows no series.");
    }

    private static double[] Numbers(SafeTensorsFile file, string name, int[] shape)
    {
        SafeTensor tensor = file[name];
        if (tensor.Type != SafeTensorType.Float64 || !tensor.Shape.SequenceEqual(shape))
        {
            throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor is {tensor}; this model's has the type F64 and the shape [{string.Join(", ", shape)}].");
        }

        double[] values = tensor.ToDoubles();
        return Array.TrueForAll(values, double.IsFinite)
            ? values
            : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor '{name}' holds a value that is not finite.");
    }

    private static T Require<T>(SafeTensorsFile file, T value, Predicate<T> isRight, string what) =>
        isRight(value) ? value : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, FormattableString.Invariant($"its {what} is {value}, which cannot be."));

    private static int[] Lengths(Parameter parameter) => [.. parameter.Shape];
}
