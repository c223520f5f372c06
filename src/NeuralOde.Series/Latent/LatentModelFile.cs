using System.Text.Json;

namespace NeuralOde.Series.Latent;

/// <summary>
/// The files of latent models of series: weights as <c>model.…</c>; a forecaster's known series as <c>known.…</c>, one after the other; the sizes, the scales and the
/// names as settings.
/// </summary>
internal static class LatentModelFile
{
    public static readonly ModelKind ForecasterKind = new("latent-series", "a latent forecast model of series");
    public static readonly ModelKind ClassifierKind = new("series-classifier", "a classifier of series");
    private const string Prefix = "model.";

    public static void Save(LatentForecaster model, string path)
    {
        TimeSeriesSet known = model.Known;
        double[] times = [.. known.Series.SelectMany(static x => x.Times.ToArray())];
        double[] values = [.. known.Series.SelectMany(static x => x.Values.ToArray())];
        double[] covariates = [.. known.Series.SelectMany(static x => x.Covariates.ToArray())];
        long[] counts = [.. known.Series.Select(static x => (long)x.Count)];
        List<(string, string)> settings = [.. model.Shape.ToSettings(), .. model.SeriesScaling.ToSettings()];
        settings.Add(("band factor", model.BandFactor.ToString("R", CultureInfo.InvariantCulture)));
        if (known.SeriesName is not null)
        {
            settings.Add(("series name", known.SeriesName));
        }

        settings.Add(("series", ModelFile.Text(known.Series.Select(static x => x.Id))));
        new ModelFile(
            ForecasterKind,
            settings,
            [
                .. model.Model.ToTensors(Prefix),
                SafeTensor.Create<double>("known.times", times, [times.Length]),
                SafeTensor.Create<double>("known.values", values, [times.Length, known.Components.Count]),
                SafeTensor.Create<double>("known.covariates", covariates, [known.Series.Count, known.Covariates.Count]),
                SafeTensor.Create<long>("known.counts", counts, [counts.Length]),
            ]).Save(path);
    }

    public static void Save(SeriesClassifier model, string path) => new ModelFile(
        ClassifierKind, [.. model.Shape.ToSettings(), .. model.Scaling.ToSettings(), ("classes", ModelFile.Text(model.Classes))], model.Network.ToTensors(Prefix)).Save(path);

    public static LatentForecaster ReadForecaster(ModelFile file)
    {
        (LatentModelShape shape, LatentSeriesScaling scaling) = Read(file);
        LatentOde model = shape.Create(new RandomSource(0));
        LoadWeights(file, model);
        return new LatentForecaster(model, shape, scaling, Known(file, shape, scaling), file.Number("band factor", static x => x > 0));
    }

    public static SeriesClassifier ReadClassifier(ModelFile file)
    {
        (LatentModelShape shape, LatentSeriesScaling scaling) = Read(file);
        string[] classes = file.Names("classes");
        if (classes.Length < 2 || classes.Distinct(StringComparer.Ordinal).Count() != classes.Length)
        {
            throw file.Wrong("classes");
        }

        var network = new SeriesClassifierNetwork(shape, classes.Length, new RandomSource(0));
        LoadWeights(file, network);
        return new SeriesClassifier(network, shape, scaling, classes);
    }

    private static (LatentModelShape Shape, LatentSeriesScaling Scaling) Read(ModelFile file)
    {
        var shape = LatentModelShape.From(file);
        int[] field = [shape.Latent, .. shape.Widths, shape.Latent];
        file.RequireValues((3L * shape.Units * shape.Units) + field.Zip(field.Skip(1), static (x, y) => (long)x * y).Sum());
        LatentSeriesScaling scaling;
        try
        {
            scaling = LatentSeriesScaling.From(file, SeriesModelFile.Scaling(file));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // What reading JSON throws where a value is of another kind, missing, or no number.
            throw file.Wrong("covariates", e);
        }

        return shape.Components == scaling.Values.Components.Count && shape.Covariates == scaling.Covariates.Count
            ? (shape, scaling)
            : throw file.Damaged("its sizes and its scales do not fit together");
    }

    private static void LoadWeights(ModelFile file, Module model)
    {
        SafeTensor? damaged = file.Tensors.FirstOrDefault(static x =>
            x.Type == SafeTensorType.Float32 && x.Name.StartsWith(Prefix, StringComparison.Ordinal) && !Array.TrueForAll(x.ToSingles(), float.IsFinite));
        if (damaged is not null)
        {
            throw new SafeTensorsException(file.Name, SafeTensorsReason.WrongValue, $"the tensor '{damaged.Name}' holds a value that is not finite.");
        }

        model.Load(file.Part(Prefix));
    }

    private static TimeSeriesSet Known(ModelFile file, LatentModelShape shape, LatentSeriesScaling scaling)
    {
        string[] ids = file.Names("series");
        long[] counts = file["known.counts"].ToArray<long>();
        double[] times = file["known.times"].ToArray<double>(), values = file["known.values"].ToArray<double>(), covariates = file["known.covariates"].ToArray<double>();
        if (counts.Length != ids.Length || ids.Length == 0 || counts.Any(x => x < 1 || x > times.Length) || counts.Sum() != times.Length
            || values.Length != times.Length * shape.Components || covariates.Length != ids.Length * shape.Covariates)
        {
            throw file.Damaged("its known series do not fit together");
        }

        try
        {
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

            return new TimeSeriesSet(
                [.. scaling.Values.Components.Select(static x => x.Name)],
                series,
                scaling.Values.Time,
                [.. scaling.Values.Components.Where(static x => x.IsLog).Select(static x => x.Name)],
                [.. scaling.Covariates.Select(static x => x.Name)],
                seriesName: file.Settings.GetValueOrDefault("series name"));
        }
        catch (ArgumentException e)
        {
            throw file.Damaged("its known series cannot be", e);
        }
    }
}
