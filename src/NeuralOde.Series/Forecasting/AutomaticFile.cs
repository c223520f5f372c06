using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting;

/// <summary>
/// The file of an <see cref="AutomaticForecast"/>: the known series as <c>known.…</c>, one after the other; the bounds as <c>bounds</c>, a row for each component; what is
/// known beforehand, what the times mean and what was chosen as settings; a network of all columns as <c>network.…</c>.
/// </summary>
internal static class AutomaticFile
{
    private const string NetworkPrefix = "network.";

    public static readonly ModelKind Kind = new("forecast", "an automatic forecast of series");

    public static void Save(AutomaticForecast forecast, string path)
    {
        TimeSeriesSet known = forecast.Known;
        double[] times = [.. known.Series.SelectMany(static x => x.Times.ToArray())];
        double[] values = [.. known.Series.SelectMany(static x => x.Values.ToArray())];
        double[] inputs = [.. known.Series.SelectMany(static x => x.InputValues.ToArray())];
        double[] covariates = [.. known.Series.SelectMany(static x => x.Covariates.ToArray())];
        long[] counts = [.. known.Series.Select(static x => (long)x.Count)];
        double[] bounds = [.. known.Components.SelectMany(x =>
            forecast.Options.Bounds.Where(bound => bound.Component == x).Select(static bound => new[] { bound.Low, bound.High }).LastOrDefault() ?? [double.NaN, double.NaN])];
        List<(string, string)> settings =
        [
            ("components", ModelFile.Text(known.Components)), ("log components", ModelFile.Text(known.LogComponents)),
            ("covariates", ModelFile.Text(known.Covariates)), ("inputs", ModelFile.Text(known.Inputs)),
            ("series", ModelFile.Text(known.Series.Select(static x => x.Id))), ("seed", forecast.Options.Seed.ToString(CultureInfo.InvariantCulture)),
            ("time", known.Time.Name), ("time format", known.Time.Format.ToString()),
        ];
        settings.AddRange(forecast.Models.Select(static (x, c) => (Choice(c), AutomaticForecaster.Save(x).ToString())));
        (ComponentState State, IReadOnlyList<SafeTensor> Tensors)? network = forecast.Network?.Save();
        AddOptional("network", network?.State.ToString());
        AddOptional("series name", known.SeriesName);
        AddOptional("period", forecast.Options.Period?.ToString("R", CultureInfo.InvariantCulture));
        AddOptional("time origin", known.Time.Origin?.Ticks.ToString(CultureInfo.InvariantCulture));
        AddOptional("time offset", known.Time.Offset?.Ticks.ToString(CultureInfo.InvariantCulture));
        new ModelFile(
            Kind,
            settings,
            [
                SafeTensor.Create<double>("known.times", times, [times.Length]),
                SafeTensor.Create<double>("known.values", values, [times.Length, known.Components.Count]),
                SafeTensor.Create<double>("known.inputs", inputs, [times.Length, known.Inputs.Count]),
                SafeTensor.Create<double>("known.covariates", covariates, [known.Series.Count, known.Covariates.Count]),
                SafeTensor.Create<long>("known.counts", counts, [counts.Length]),
                SafeTensor.Create<double>("bounds", bounds, [known.Components.Count, 2]),
                .. (network?.Tensors ?? []).Select(static x => x.Renamed(NetworkPrefix + x.Name)),
            ]).Save(path);

        void AddOptional(string name, string? value)
        {
            if (value is not null)
            {
                settings.Add((name, value));
            }
        }
    }

    /// <exception cref="ModelFileException">The file is damaged.</exception>
    public static AutomaticForecast Read(ModelFile file)
    {
        TimeSeriesSet known = Known(file, file.Names("components"));
        ForecastOptions options = Options(file);
        try
        {
            var data = ForecastData.Of(known, options);
            IComponentModel[] models = [.. data.Components.Select((x, c) => AutomaticForecaster.Restore(x, ComponentState.Parse(file.Setting(Choice(c)))))];
            NetworkTrial? network = !file.Settings.ContainsKey("network") ? null
                : NetworkTrial.Restore(known, options, ComponentState.Parse(file.Setting("network")), file.Part(NetworkPrefix).Tensors);
            return new AutomaticForecast(known, options, data, models, network);
        }
        catch (FormatException e)
        {
            throw file.Damaged($"in what was chosen {e.Message}", e);
        }
        catch (Exception e) when (e is SeriesException or ArgumentException)
        {
            throw file.Damaged("what was chosen and its series do not fit together", e);
        }
    }

    private static string Choice(int component) => string.Create(CultureInfo.InvariantCulture, $"choice {component}");

    private static ForecastOptions Options(ModelFile file)
    {
        string[] components = file.Names("components");
        double[] bounds = file["bounds"].ToArray<double>();
        if (bounds.Length != 2 * components.Length)
        {
            throw file.Damaged("its bounds and components do not fit together");
        }

        List<ComponentBounds> limits = [];
        for (int c = 0; c < components.Length; c++)
        {
            if (!double.IsNaN(bounds[2 * c]) && !double.IsNaN(bounds[(2 * c) + 1]))
            {
                limits.Add(new ComponentBounds(components[c], bounds[2 * c], bounds[(2 * c) + 1]));
            }
        }

        return new ForecastOptions
        {
            Period = file.Settings.ContainsKey("period") ? file.Number("period", static x => x >= 0) : null,
            Seed = long.TryParse(file.Setting("seed"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) ? seed : throw file.Wrong("seed"),
            Bounds = limits,
        };
    }

    private static TimeSeriesSet Known(ModelFile file, string[] components)
    {
        string[] ids = file.Names("series"), covariateNames = file.Names("covariates"), inputNames = file.Names("inputs");
        long[] counts = file["known.counts"].ToArray<long>();
        double[] times = file["known.times"].ToArray<double>(), values = file["known.values"].ToArray<double>(), inputs = file["known.inputs"].ToArray<double>();
        double[] covariates = file["known.covariates"].ToArray<double>();
        if (counts.Length != ids.Length || ids.Length == 0 || Array.Exists(counts, x => x < 1 || x > times.Length) || counts.Sum() != times.Length
            || values.Length != times.Length * components.Length || inputs.Length != times.Length * inputNames.Length
            || covariates.Length != ids.Length * covariateNames.Length)
        {
            throw file.Damaged("its known series do not fit together");
        }

        try
        {
            var series = new TimeSeries[ids.Length];
            for (int i = 0, first = 0; i < series.Length; first += (int)counts[i++])
            {
                int count = (int)counts[i];
                series[i] = new TimeSeries(
                    ids[i], times.AsSpan(first, count), values.AsSpan(first * components.Length, count * components.Length),
                    covariates.AsSpan(i * covariateNames.Length, covariateNames.Length), inputs.AsSpan(first * inputNames.Length, count * inputNames.Length));
            }

            return new TimeSeriesSet(
                components, series, Axis(file), file.Names("log components"), covariateNames, inputNames, file.Settings.GetValueOrDefault("series name"));
        }
        catch (ArgumentException e)
        {
            throw file.Damaged("its known series cannot be", e);
        }
    }

    private static TimeAxis Axis(ModelFile file)
    {
        TimeFormat format = Enum.TryParse(file.Setting("time format"), out TimeFormat read) && Enum.IsDefined(read) && read != TimeFormat.Automatic
            ? read : throw file.Wrong("time format");
        long? origin = Ticks("time origin", 0, DateTime.MaxValue.Ticks), offset = Ticks("time offset", -TimeSpan.TicksPerDay, TimeSpan.TicksPerDay);
        return new TimeAxis(file.Setting("time"), origin is { } ticks ? new DateTime(ticks, DateTimeKind.Utc) : null, format, offset is { } shift ? new TimeSpan(shift) : null);

        long? Ticks(string name, long least, long most) => !file.Settings.ContainsKey(name) ? null
            : long.TryParse(file.Setting(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most ? value
            : throw file.Wrong(name);
    }
}
