using System.Text;
using System.Text.Json;

namespace NeuralOde.Series.Latent;

/// <summary>
/// From natural series to what a latent model reads: standardized values, and each series on a clock of its own, which is 0 at its first row. So what is said of a series does
/// not depend on which others are asked about with it.
/// </summary>
internal sealed class LatentSeriesScaling
{
    private LatentSeriesScaling(Standardization values, IReadOnlyList<ComponentScale> covariates)
    {
        Values = values;
        Covariates = covariates;
    }

    public Standardization Values { get; }

    public IReadOnlyList<ComponentScale> Covariates { get; }

    public static LatentSeriesScaling Fit(TimeSeriesSet training)
    {
        var values = Standardization.Fit(training);
        if (training.Covariates.Count == 0)
        {
            return new LatentSeriesScaling(values, []);
        }

        // A covariate is a component that each series shows once.
        var once = new TimeSeriesSet(training.Covariates, [.. training.Series.Select(static x => new TimeSeries(x.Id, [0], x.Covariates))]);
        return new LatentSeriesScaling(values, Standardization.Fit(once).Components);
    }

    /// <summary>A series as the model sees it. Rows without a value are left out, but not the first, where the clock starts.</summary>
    public TimeSeries Observed(TimeSeries natural)
    {
        int[] rows = [.. Enumerable.Range(0, natural.Count).Where(i => i == 0 || natural.IsObserved(i))];
        double[] values = [.. rows.SelectMany(i => natural.Values.Slice(i * natural.Components, natural.Components).ToArray())];
        Values.ToModel(values, values);
        double[] covariates = [.. natural.Covariates.ToArray().Select((x, i) => Covariates[i].Standardize(x))];
        return new TimeSeries(natural.Id, OwnTimes(natural, [.. rows.Select(i => natural.Times[i])]), values, covariates);
    }

    /// <summary>Natural times on a series' own clock.</summary>
    public double[] OwnTimes(TimeSeries series, double[] natural) => Array.ConvertAll(natural, t => (t - series.Times[0]) / Values.TimeScale);

    /// <summary>What an encoder reads of a series' first points: the values, and the covariates as further components that do not change.</summary>
    public static TimeSeries Encoded(TimeSeries observed, int points)
    {
        TimeSeries part = points < observed.Count ? observed.Slice(0, points) : observed;
        if (part.Covariates.Length == 0)
        {
            return part;
        }

        List<double> values = [];
        for (int i = 0; i < part.Count; i++)
        {
            values.AddRange(part.Values.Slice(i * part.Components, part.Components));
            values.AddRange(part.Covariates);
        }

        return new TimeSeries(part.Id, part.Times, [.. values]);
    }

    /// <summary>The series without its first points, their times kept, so that a solve starts where the series does.</summary>
    public static TimeSeries After(TimeSeries observed, int points)
    {
        double[] values = observed.Values.ToArray();
        Array.Fill(values, double.NaN, 0, points * observed.Components);
        return observed.WithValues(values);
    }

    /// <exception cref="SeriesException">The series are of other components or covariates than the model's.</exception>
    public void Check(TimeSeriesSet series)
    {
        SeriesException.ThrowIf(
            !series.Components.SequenceEqual(Values.Components.Select(static x => x.Name)) || !series.Covariates.SequenceEqual(Covariates.Select(static x => x.Name)),
            SeriesReason.OtherComponents,
            $"The series have {Names(series.Components, series.Covariates)}; "
                + $"the model reads {Names([.. Values.Components.Select(static x => x.Name)], [.. Covariates.Select(static x => x.Name)])}, in this order.");
        static string Names(IReadOnlyList<string> components, IReadOnlyList<string> covariates) =>
            $"the components {string.Join(", ", components)}{(covariates.Count > 0 ? $" and the covariates {string.Join(", ", covariates)}" : "")}";
    }

    public IEnumerable<(string Name, string Value)> ToSettings()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (ComponentScale scale in Covariates)
            {
                json.WriteStartObject();
                json.WriteString("name", scale.Name);
                json.WriteNumber("mean", scale.Mean);
                json.WriteNumber("deviation", scale.Deviation);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return [("standardization", Values.ToJson()), ("covariates", Encoding.UTF8.GetString(stream.ToArray()))];
    }

    /// <exception cref="ModelFileException">A scale cannot be.</exception>
    /// <exception cref="JsonException">The covariates are no JSON.</exception>
    /// <exception cref="InvalidOperationException">A value is of another kind.</exception>
    /// <exception cref="KeyNotFoundException">A value is missing.</exception>
    /// <exception cref="FormatException">A number cannot be.</exception>
    public static LatentSeriesScaling From(ModelFile file, Standardization values)
    {
        using var document = JsonDocument.Parse(file.Setting("covariates"));
        ComponentScale[] covariates =
        [
            .. document.RootElement.EnumerateArray().Select(static x => new ComponentScale(
                x.GetProperty("name").GetString() ?? "", false, x.GetProperty("mean").GetDouble(), x.GetProperty("deviation").GetDouble())),
        ];
        return Array.TrueForAll(covariates, static x => x.Name.Length > 0 && double.IsFinite(x.Mean) && x.Deviation > 0 && double.IsFinite(x.Deviation))
            ? new LatentSeriesScaling(values, covariates)
            : throw file.Wrong("covariates");
    }
}
