namespace NeuralOde.Series.Models;

/// <summary>
/// The file of a <see cref="SeriesModel"/>: weights as <c>field.…</c>; the box as <c>box.low</c> and <c>box.high</c>; the learned initial states as
/// <c>starts.states</c>, with the model times and series they belong to; each series' ends of training and of data as <c>series.ends</c>.
/// </summary>
internal static class SeriesModelFile
{
    public static readonly ModelKind Kind = new("series", "a forecast model of series");

    public static void Save(SeriesModel model, string path) => File(model).Save(path);

    /// <summary>The file of a model, which may be a part of another.</summary>
    public static ModelFile File(SeriesModel model)
    {
        SeriesFieldShape layout = model.Field.Layout;
        double[] times = [.. model.Paths.SelectMany(static path => path.Starts)];
        double[] states = [.. model.Paths.SelectMany(static path => path.States).SelectMany(static state => state)];
        double[] ends = [.. model.Paths.SelectMany(static path => new[] { path.TrainingEnd, path.DataEnd })];
        long[] series = [.. model.Paths.SelectMany((path, index) => path.Starts.Select(_ => (long)index))];
        List<(string, string)> settings = [("hidden states", Text(layout.HiddenStates)), ("widths", string.Join(',', layout.Widths.Select(static x => Text(x))))];
        if (layout.ClockSpan is { } span)
        {
            settings.Add(("clock span", Text(span)));
        }

        if (model.SeriesName is not null)
        {
            settings.Add(("series name", model.SeriesName));
        }

        settings.Add(("series", ModelFile.Text(model.Paths.Select(static x => x.Id))));
        settings.Add(("standardization", model.Scaling.ToJson()));
        return new ModelFile(
            Kind,
            settings,
            [
                .. model.Field.NamedParameters().Select(static x => SafeTensor.Create("field." + x.Name, x.Parameter.AsSpan<double>(), x.Parameter.Shape.Lengths)),
                SafeTensor.Create<double>("starts.times", times, [times.Length]),
                SafeTensor.Create<double>("starts.states", states, [times.Length, layout.LearnedStates]),
                SafeTensor.Create<long>("starts.series", series, [times.Length]),
                SafeTensor.Create<double>("series.ends", ends, [model.Paths.Count, 2]),
                SafeTensor.Create<double>("box.low", [.. layout.Low], [layout.LearnedStates]),
                SafeTensor.Create<double>("box.high", [.. layout.High], [layout.LearnedStates]),
            ]);
    }

    public static SeriesModel Load(string path) => Read(ModelFile.Load(path, Kind));

    public static SeriesModel Read(ModelFile file)
    {
        Standardization scaling = Scaling(file);
        int hidden = file.Whole("hidden states", 0, 10_000);
        double? span = file.Settings.ContainsKey("clock span") ? file.Number("clock span", static x => x > 0) : null;
        int[] widths = file.Wholes("widths", 1, 100_000);
        int learned = scaling.Components.Count + hidden;
        CheckWeights(file, learned, span is not null, widths);
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
            parameter.SetValues<double>(Numbers(file, "field." + name, [.. parameter.Shape]));
        }

        return new SeriesModel(field, scaling, file.Settings.GetValueOrDefault("series name"), ReadPaths(file, learned));
    }

    /// <summary>The scaling that a file describes.</summary>
    internal static Standardization Scaling(ModelFile file)
    {
        try
        {
            return Standardization.FromJson(file.Setting("standardization"));
        }
        catch (SeriesException e)
        {
            throw file.Wrong("standardization", e);
        }
    }

    /// <summary>The weights' shapes are checked before a network of the claimed size is made.</summary>
    private static void CheckWeights(ModelFile file, int learned, bool hasClock, int[] widths)
    {
        int inputs = learned + (hasClock ? 1 : 0);
        int[] sizes = [inputs, .. widths, learned];
        for (int i = 0; i + 1 < sizes.Length; i++)
        {
            Numbers(file, $"field.network.layer{i}.weight", [sizes[i + 1], sizes[i]]);
        }

        Numbers(file, "field.linear.weight", [learned, learned]);
    }

    private static SeriesPath[] ReadPaths(ModelFile file, int learned)
    {
        int count = file["starts.times"].Count;
        double[] times = Numbers(file, "starts.times", [count]);
        double[] states = Numbers(file, "starts.states", [count, learned]);
        SafeTensor owner = file["starts.series"];
        long[] owners = owner.Count == count
            ? owner.ToArray<long>()
            : throw new SafeTensorsException(
                file.Name, SafeTensorsReason.WrongShape, $"the tensor 'starts.series' is {owner}; a model with {count} starts has as many of type I64.");
        string[] ids = file.Names("series");
        double[] ends = Numbers(file, "series.ends", [ids.Length, 2]);
        var paths = new SeriesPath[ids.Length];
        for (int s = 0; s < paths.Length; s++)
        {
            int[] rows = [.. Enumerable.Range(0, count).Where(row => owners[row] == s)];
            if (rows.Length == 0 || rows.Zip(rows.Skip(1)).Any(pair => times[pair.First] >= times[pair.Second]))
            {
                throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"series '{ids[s]}' has no initial state, or starts that do not rise in time.");
            }

            paths[s] = new SeriesPath(
                ids[s],
                [.. rows.Select(row => times[row])],
                [.. rows.Select(row => (IReadOnlyList<double>)states[(row * learned)..((row + 1) * learned)])],
                ends[2 * s],
                ends[(2 * s) + 1]);
        }

        return paths.Length > 0 && ids.Distinct(StringComparer.Ordinal).Count() == ids.Length ? paths : throw file.Wrong("series");
    }

    private static double[] Numbers(ModelFile file, string name, int[] shape)
    {
        SafeTensor tensor = file[name];
        if (tensor.Type != SafeTensorType.Float64 || !tensor.Shape.SequenceEqual(shape))
        {
            throw new SafeTensorsException(
                file.Name,
                tensor.Type != SafeTensorType.Float64 ? SafeTensorsReason.WrongType : SafeTensorsReason.WrongShape,
                $"the tensor is {tensor}; this model's has the type F64 and the shape [{string.Join(", ", shape)}].");
        }

        double[] values = tensor.ToDoubles();
        return Array.TrueForAll(values, double.IsFinite)
            ? values
            : throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor '{name}' holds a value that is not finite.");
    }

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
