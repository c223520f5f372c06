using NeuralOde.Series.Notes;

namespace NeuralOde.Series;

/// <summary>One or more series of the same components over the same kind of time. Immutable.</summary>
/// <example>
/// <code>
/// var set = TimeSeriesSet.FromTable(
///     CsvTable.Read("samples/theophylline.csv"),
///     new TimeSeriesOptions { TimeColumn = "Time", SeriesColumn = "Subject", StateColumns = ["Concentration"], CovariateColumns = ["Weight", "Dose"] });
/// var split = HoldOut.Fraction(0.2).Split(set);
/// var scaling = Standardization.Fit(split.Training);
/// TimeSeriesSet forLearning = scaling.Transform(split.Training);
/// </code>
/// </example>
public sealed class TimeSeriesSet
{
    /// <summary>Puts series together.</summary>
    /// <param name="components">The components' names, at least one, none twice.</param>
    /// <param name="series">The series, at least one, each with an id of its own.</param>
    /// <param name="time">What the times mean; null for plain numbers named <c>time</c>.</param>
    /// <param name="logComponents">Those of <paramref name="components"/> that are modeled as logarithms; null for none.</param>
    /// <param name="covariates">The covariates' names; null for none.</param>
    /// <param name="inputs">The inputs' names; null for none.</param>
    /// <param name="seriesName">What the ids are called; null where there is one series without a name.</param>
    /// <param name="notes">Remarks for the user; null for none.</param>
    /// <exception cref="ArgumentException">The parts do not fit together, or two names or ids are the same.</exception>
    public TimeSeriesSet(
        IReadOnlyList<string> components,
        IReadOnlyList<TimeSeries> series,
        TimeAxis? time = null,
        IReadOnlyList<string>? logComponents = null,
        IReadOnlyList<string>? covariates = null,
        IReadOnlyList<string>? inputs = null,
        string? seriesName = null,
        IReadOnlyList<SeriesNote>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(components);
        ArgumentNullException.ThrowIfNull(series);
        Components = [.. components];
        Series = [.. series];
        Time = time ?? new TimeAxis();
        LogComponents = [.. logComponents ?? []];
        Covariates = [.. covariates ?? []];
        Inputs = [.. inputs ?? []];
        SeriesName = seriesName;
        Notes = [.. notes ?? []];
        Check();
    }

    /// <summary>The components' names.</summary>
    public IReadOnlyList<string> Components { get; }

    /// <summary>The series, in order.</summary>
    public IReadOnlyList<TimeSeries> Series { get; }

    /// <summary>What the times mean.</summary>
    public TimeAxis Time { get; }

    /// <summary>Those of <see cref="Components"/> that are modeled as logarithms. The values here are natural.</summary>
    public IReadOnlyList<string> LogComponents { get; }

    /// <summary>The names of what is constant over each series.</summary>
    public IReadOnlyList<string> Covariates { get; }

    /// <summary>The names of what acts from outside.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>What the series' ids are called; null where there is one series without a name.</summary>
    public string? SeriesName { get; }

    /// <summary>Remarks for the user: columns that were left out, components without a value in some series.</summary>
    public IReadOnlyList<SeriesNote> Notes { get; }

    /// <summary>Reads series from a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="options">Which columns are what; null for the defaults.</param>
    /// <returns>The series; dates become days since the earliest date of the table.</returns>
    /// <exception cref="TableException">A column does not exist; a field is not what its column wants; times do not strictly
    /// increase within a series; a series is too short; or a state column has no value at all. The message names file, line and column.</exception>
    public static TimeSeriesSet FromTable(CsvTable table, TimeSeriesOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TimeSeriesReader(table, options ?? new TimeSeriesOptions()).Read();
    }

    /// <summary>Writes the series as CSV: the id where the set has a name for it, the time, and the components; missing values as <c>NA</c>.</summary>
    /// <param name="output">Where the text goes; it stays open.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is outside the years 1 to 9999 of a calendar.</exception>
    public void WriteCsv(TextWriter output)
    {
        var csv = new CsvWriter(output, SeriesName is null ? [Time.Name, .. Components] : [SeriesName, Time.Name, .. Components]);
        foreach (TimeSeries series in Series)
        {
            for (int point = 0; point < series.Count; point++)
            {
                if (SeriesName is not null)
                {
                    csv.Add(series.Id);
                }

                csv.Add(Time.Text(series.Times[point]));
                for (int component = 0; component < Components.Count; component++)
                {
                    csv.Add(series[point, component]);
                }

                csv.EndRow();
            }
        }
    }

    /// <summary>Writes the series to a CSV file, all or nothing.</summary>
    /// <param name="path">The target; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void WriteCsv(string path) => Persistence.AtomicFile.WriteText(path, WriteCsv);

    /// <summary>The same names and meanings with other series, such as a part or a forecast.</summary>
    /// <param name="series">The series, of as many components, covariates and inputs as this set has.</param>
    /// <returns>A new set, without notes.</returns>
    /// <exception cref="ArgumentException">The series do not fit.</exception>
    public TimeSeriesSet WithSeries(IReadOnlyList<TimeSeries> series) => new(Components, series, Time, LogComponents, Covariates, Inputs, SeriesName);

    /// <summary>Whether a component is modeled as a logarithm.</summary>
    internal bool IsLog(int component) => LogComponents.Contains(Components[component]);

    private void Check()
    {
        List<string> names = [.. Components, Time.Name, .. Covariates, .. Inputs];
        if (SeriesName is not null)
        {
            names.Add(SeriesName);
        }

        string? twice = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (Components.Count == 0 || twice is not null || names.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException(twice is not null
                ? $"The name '{twice}' stands for two things; components, time, series, covariates and inputs need names of their own."
                : "There must be at least one component, and no name may be blank.");
        }

        if (LogComponents.FirstOrDefault(name => !Components.Contains(name)) is { } stranger)
        {
            throw new ArgumentException($"'{stranger}' is to be modeled as a logarithm, but is not a component; the components are {string.Join(", ", Components)}.");
        }

        ArgumentException.ThrowIf(Series.Count == 0, "There must be at least one series.");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (TimeSeries series in Series)
        {
            ArgumentException.ThrowIf(!ids.Add(series.Id), $"Two series have the id '{series.Id}'; ids must be unique.");
            ArgumentException.ThrowIf(
                series.Components != Components.Count || series.Covariates.Length != Covariates.Count || series.Inputs != Inputs.Count,
                $"Series '{series.Id}' has {series.Components} components, {series.Covariates.Length} covariates and {series.Inputs} inputs; "
                    + $"the set has names for {Components.Count}, {Covariates.Count} and {Inputs.Count}.");
        }
    }
}
