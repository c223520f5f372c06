namespace NeuralOde.Series.Models;

/// <summary>
/// Several models of the same series, learned alike but from other random beginnings, which forecast together: the mean of the members in the units in which they learned
/// (logarithms where these were taken), with the lowest and the highest member. Immutable, but not thread-safe.
/// </summary>
/// <remarks>
/// The range of the members says how much the forecast depends on where training began. It is no band in which observations lie with some probability.
/// </remarks>
/// <example>
/// <code>
/// SeriesModel[] members = [.. Enumerable.Range(0, 5).Select(seed => SeriesFitter.Fit(split.Training, new SeriesFitOptions { Seed = seed }).Model)];
/// var ensemble = new SeriesEnsemble(members);
/// EnsembleForecast forecast = ensemble.Predict(split.HeldOut);
/// ensemble.Save("ensemble.safetensors");
/// </code>
/// </example>
public sealed class SeriesEnsemble
{
    private const string Member = "member";

    /// <summary>Puts models together.</summary>
    /// <param name="members">At least one; all of the same series, components, scaling and network size.</param>
    /// <exception cref="ArgumentException">There is none, or they differ.</exception>
    public SeriesEnsemble(IReadOnlyList<SeriesModel> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentException.ThrowIf(members.Count == 0, "An ensemble has at least one member.", nameof(members));
        IReadOnlyDictionary<string, string> first = SeriesModelFile.File(members[0]).Settings;
        for (int i = 1; i < members.Count; i++)
        {
            string? other = first.Except(SeriesModelFile.File(members[i]).Settings).FirstOrDefault().Key;
            ArgumentException.ThrowIf(
                other is not null, $"The members of an ensemble are models of one kind; member {i} differs from the first one in '{other}'.", nameof(members));
        }

        Members = [.. members];
    }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static ModelKind FileKind { get; } = new("series-ensemble", "an ensemble of forecast models of series");

    /// <summary>The models.</summary>
    public IReadOnlyList<SeriesModel> Members { get; }

    /// <summary>The members' trajectories at the times of other series, such as held-out ones, put together.</summary>
    /// <param name="at">Series of the same components; each id is one that the members know.</param>
    /// <returns>Mean, lowest and highest at the same times.</returns>
    /// <exception cref="ArgumentException">A series is unknown, or a time is before its start.</exception>
    /// <exception cref="ForecastException">The dynamics of a member cannot be solved so far ahead.</exception>
    public EnsembleForecast Predict(TimeSeriesSet at) => EnsembleForecast.Of([.. Members.Select(x => x.Predict(at))], Members[0].Scaling);

    /// <summary>Continues every series from the end of its data.</summary>
    /// <param name="until">The last natural time; the last step may end before it.</param>
    /// <param name="step">The natural time between two values, above 0.</param>
    /// <returns>Mean, lowest and highest at the end of the data and every step after it.</returns>
    /// <inheritdoc cref="SeriesModel.Forecast" path="/exception"/>
    public EnsembleForecast Forecast(double until, double step) => EnsembleForecast.Of([.. Members.Select(x => x.Forecast(until, step))], Members[0].Scaling);

    /// <summary>Saves all members in one safetensors file, all or nothing.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => new ModelFile(
        FileKind,
        [.. SeriesModelFile.File(Members[0]).Settings.Select(static x => (x.Key, x.Value)), ("members", Members.Count.ToString(CultureInfo.InvariantCulture))],
        Members.SelectMany(static (x, i) => SeriesModelFile.File(x).Tensors.Select(y => y.Renamed(Prefix(i) + y.Name)))).Save(path);

    /// <summary>Loads what <see cref="Save"/> wrote; it forecasts the same numbers to the last bit.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="ModelFileException">The file holds no such model (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SeriesEnsemble Load(string path) => From(ModelFile.Load(path, FileKind));

    /// <summary>Makes the ensemble of a file that is loaded already.</summary>
    /// <param name="file">A file of the kind <see cref="FileKind"/>.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="ModelFileException">The file's description is damaged.</exception>
    /// <exception cref="SafeTensorsException">A tensor is not as it must be.</exception>
    public static SeriesEnsemble From(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        (string, string)[] settings = [.. file.Settings.Where(static x => x.Key != "members").Select(static x => (x.Key, x.Value))];
        int count = file.Whole("members", 1, 100_000);
        return new([.. Enumerable.Range(0, count).Select(i => SeriesModelFile.Read(new ModelFile(SeriesModelFile.Kind, settings, file.Part(Prefix(i)).Tensors)))]);
    }

    private static string Prefix(int member) => string.Create(CultureInfo.InvariantCulture, $"{Member}{member}.");
}

/// <summary>What the members of an ensemble forecast: series at the same times, in natural values. Immutable.</summary>
/// <param name="Mean">Their mean, in the units in which they learned.</param>
/// <param name="Lowest">The lowest member at each time.</param>
/// <param name="Highest">The highest member at each time.</param>
public sealed record EnsembleForecast(TimeSeriesSet Mean, TimeSeriesSet Lowest, TimeSeriesSet Highest)
{
    /// <summary>Puts the forecasts of several models together.</summary>
    /// <param name="members">The members' forecasts, at least one, of the same series and times.</param>
    /// <param name="scaling">The units in which the members learned, in which their mean is taken.</param>
    /// <returns>Mean, lowest and highest.</returns>
    /// <exception cref="ArgumentException">There is none, or their series differ.</exception>
    public static EnsembleForecast Of(IReadOnlyList<TimeSeriesSet> members, Standardization scaling)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(scaling);
        ArgumentException.ThrowIf(members.Count == 0, "An ensemble has at least one member.", nameof(members));
        ArgumentException.ThrowIf(
            members.Any(x => !x.Series.Select(static y => (y.Id, y.Values.Length)).SequenceEqual(members[0].Series.Select(static y => (y.Id, y.Values.Length)))),
            "The members of an ensemble forecast the same series at the same times.", nameof(members));
        TimeSeriesSet first = members[0];
        var parts = new TimeSeries[3][];
        for (int k = 0; k < parts.Length; k++)
        {
            parts[k] = new TimeSeries[first.Series.Count];
        }

        for (int s = 0; s < first.Series.Count; s++)
        {
            int length = first.Series[s].Values.Length;
            double[] model = new double[length], mean = new double[length], low = new double[length], high = new double[length];
            Array.Fill(low, double.PositiveInfinity);
            Array.Fill(high, double.NegativeInfinity);
            foreach (TimeSeriesSet member in members)
            {
                ReadOnlySpan<double> natural = member.Series[s].Values;
                scaling.ToModel(natural, model);
                for (int i = 0; i < length; i++)
                {
                    mean[i] += model[i] / members.Count;
                    (low[i], high[i]) = (Math.Min(low[i], natural[i]), Math.Max(high[i], natural[i]));
                }
            }

            scaling.ToNatural(mean, mean);
            (parts[0][s], parts[1][s], parts[2][s]) = (first.Series[s].WithValues(mean), first.Series[s].WithValues(low), first.Series[s].WithValues(high));
        }

        return new EnsembleForecast(first.WithSeries(parts[0]), first.WithSeries(parts[1]), first.WithSeries(parts[2]));
    }

    /// <summary>
    /// A set with three components for each: the mean as <c>NAME</c>, and the range of the members as <c>NAME_lowest</c> and <c>NAME_highest</c>.
    /// </summary>
    /// <returns>The set.</returns>
    public TimeSeriesSet Table()
    {
        TimeSeriesSet[] columns = [Mean, Lowest, Highest];
        TimeSeries[] series =
        [
            .. Mean.Series.Select((x, s) => new TimeSeries(
                x.Id, x.Times, [.. Enumerable.Range(0, x.Count).SelectMany(i => Enumerable.Range(0, x.Components).SelectMany(c => columns.Select(y => y.Series[s][i, c])))])),
        ];
        return new TimeSeriesSet([.. Mean.Components.SelectMany(static x => (string[])[x, $"{x}_lowest", $"{x}_highest"])], series, Mean.Time, seriesName: Mean.SeriesName);
    }
}
