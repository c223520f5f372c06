using NeuralOde.Sensitivities;

namespace NeuralOde.Series.Models;

/// <summary>
/// Dynamics learned from series, with everything that a forecast needs: the network, each series' initial state, and the map between natural and
/// standardized values. Immutable, but not thread-safe.
/// </summary>
/// <example>
/// <code>
/// TimeSeriesSet data = TimeSeriesSet.FromTable(CsvTable.Read("hare-lynx.csv"), new TimeSeriesOptions { LogColumns = ["Hare", "Lynx"] });
/// HoldOutSplit split = HoldOut.Count(5).Split(data);
/// SeriesModel model = SeriesFitter.Fit(split.Training).Model;
/// ForecastErrors errors = ForecastErrors.Between(split.HeldOut, model.Predict(split.HeldOut), ErrorScale.Logarithmic);
/// model.Save("model.safetensors");
/// </code>
/// </example>
public sealed class SeriesModel
{
    private static readonly AdaptiveSteps s_steps = new() { RelativeTolerance = 1e-7, AbsoluteTolerance = 1e-9 };

    private readonly CompiledField<double> _compiled;
    private readonly Integrator<double> _integrator;

    internal SeriesModel(SeriesField field, Standardization scaling, string? seriesName, IReadOnlyList<SeriesPath> paths)
    {
        Field = field;
        Scaling = scaling;
        SeriesName = seriesName;
        Paths = paths;
        _compiled = new CompiledField<double>(field, [1, field.Layout.StateLength]);
        _integrator = new Integrator<double>(new Tsit5(), s_steps, field.Layout.StateLength);
    }

    /// <summary>The observed components' names.</summary>
    public IReadOnlyList<string> Components => [.. Scaling.Components.Select(static x => x.Name)];

    /// <summary>The number of components that are never observed.</summary>
    public int HiddenStates => Field.Layout.HiddenStates;

    /// <summary>The values of a component between which the dynamics were learned: the range of the training data and a quarter of it on each side.</summary>
    /// <param name="component">The index of the component.</param>
    /// <returns>The ends, in natural values. Outside, the dynamics are a guess.</returns>
    public (double Low, double High) Learned(int component) =>
        (Scaling.Components[component].Restore(Field.Layout.Low[component]), Scaling.Components[component].Restore(Field.Layout.High[component]));

    /// <summary>Widths of the network's hidden layers.</summary>
    public IReadOnlyList<int> Widths => Field.Layout.Widths;

    /// <summary>Whether the dynamics depend on time as well as on the state.</summary>
    public bool IsTimeDependent => Field.Layout.HasClock;

    /// <summary>The number of learned values of the network.</summary>
    public int ParameterCount => Field.Parameters.ValueCount;

    /// <summary>The map between natural and standardized values and times.</summary>
    public Standardization Scaling { get; }

    /// <summary>What the series' ids are called; null where there is one series without a name.</summary>
    public string? SeriesName { get; }

    /// <summary>What is known of each series.</summary>
    public IReadOnlyList<SeriesPath> Paths { get; }

    internal SeriesField Field { get; }

    /// <summary>The kind of file that <see cref="Save"/> writes.</summary>
    public static Persistence.ModelKind FileKind => SeriesModelFile.Kind;

    /// <summary>The natural time at which a series begins.</summary>
    /// <param name="path">One of <see cref="Paths"/>.</param>
    /// <returns>The time of its first observation.</returns>
    public double StartOf(SeriesPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Scaling.ToNaturalTime(path.Starts[0]);
    }

    /// <summary>The trajectory of one series at any times.</summary>
    /// <param name="path">One of <see cref="Paths"/>.</param>
    /// <param name="times">Natural times, strictly rising, none before the series' first observation.</param>
    /// <returns>The observed components in natural values.</returns>
    /// <exception cref="ArgumentException">The times are not so.</exception>
    /// <exception cref="ForecastException">The dynamics cannot be solved so far ahead (the inner exception says why), or the trajectory leaves the range of numbers.</exception>
    public TimeSeries Predict(SeriesPath path, ReadOnlySpan<double> times)
    {
        ArgumentNullException.ThrowIfNull(path);
        double[] states = PredictStates(path, times);
        int length = Field.Layout.StateLength, components = Field.Layout.Components;
        double[] values = new double[times.Length * components];
        for (int i = 0; i < times.Length; i++)
        {
            states.AsSpan(i * length, components).CopyTo(values.AsSpan(i * components));
        }

        Scaling.ToNatural(values, values);
        int infinite = Array.FindIndex(values, static x => !double.IsFinite(x));
        return infinite < 0
            ? new TimeSeries(path.Id, times, values)
            : throw new ForecastException(
                ForecastReason.NotFinite,
                $"The forecast of '{Components[infinite % components]}' leaves the range of numbers at {Scaling.Time.Name} "
                    + $"= {Scaling.Time.Text(times[infinite / components])}. So far from the data the model means nothing.",
                "Forecast a shorter time.")
            {
                Series = path.Id,
                Time = times[infinite / components],
            };
    }

    /// <summary>The trajectories at the times of other series, such as held-out ones, to be compared with them.</summary>
    /// <param name="at">Series of the same components; each id is one of <see cref="Paths"/>.</param>
    /// <returns>The model's values at the same times.</returns>
    /// <exception cref="ArgumentException">A series is unknown, or a time is before its start.</exception>
    public TimeSeriesSet Predict(TimeSeriesSet at)
    {
        ArgumentNullException.ThrowIfNull(at);
        return at.WithSeries([.. at.Series.Select(series => series.WithValues(Predict(PathOf(series.Id), series.Times).Values))]);
    }

    /// <summary>Continues every series from the end of its data.</summary>
    /// <param name="until">The last natural time; the last step may end before it.</param>
    /// <param name="step">The natural time between two values, above 0.</param>
    /// <returns>The series at the end of the data and every step after it.</returns>
    /// <exception cref="ArgumentException">The step is not above 0.</exception>
    /// <exception cref="ForecastException">
    /// The time is not after the end of any series' data, the step makes over ten million values, or the dynamics cannot be solved so far ahead.
    /// </exception>
    public TimeSeriesSet Forecast(double until, double step)
    {
        ArgumentOutOfRangeException.ThrowIf(!(step > 0 && double.IsFinite(step)), nameof(step), step, "The step of a forecast is above 0.");
        double earliest = Paths.Min(static x => x.DataEnd);
        if (!(until > earliest && double.IsFinite(until)))
        {
            throw new ForecastException(
                ForecastReason.NotAfterData, $"A forecast goes past the end of the data, {Scaling.Time.Name} = {Scaling.Time.Text(earliest)}.", "Choose a later time.")
            {
                Time = earliest,
            };
        }

        const double MostValues = 1e7;
        if (Paths.Sum(path => Math.Max(0, (until - path.DataEnd) / step)) > MostValues)
        {
            throw new ForecastException(ForecastReason.TooManyValues, "The forecast would have over ten million values.", "Choose a larger step or an earlier time.");
        }

        var series = new List<TimeSeries>();
        foreach (SeriesPath path in Paths.Where(path => path.DataEnd < until))
        {
            // Round-off must not lose the last step.
            int count = (int)Math.Floor(((until - path.DataEnd) / step) + 1e-9);
            series.Add(Predict(path, [.. Enumerable.Range(0, count + 1).Select(i => path.DataEnd + (i * step))]));
        }

        return new TimeSeriesSet(Components, series, Scaling.Time, seriesName: SeriesName);
    }

    /// <summary>How fast the components change in a state, where nothing but the observed components decides.</summary>
    /// <param name="natural">The state in natural values.</param>
    /// <param name="velocity">Destination: the change of each component in a unit of natural time.</param>
    /// <exception cref="InvalidOperationException">There are hidden components, or the dynamics depend on time.</exception>
    public void Velocity(ReadOnlySpan<double> natural, Span<double> velocity)
    {
        InvalidOperationException.ThrowIf(
            HiddenStates > 0 || IsTimeDependent, "The observed components alone do not decide how they change: there are hidden ones, or time has a say.");
        double[] state = new double[Field.Layout.StateLength];
        Scaling.ToModel(natural, state);
        _compiled.Evaluate(0, state, velocity);
        for (int c = 0; c < velocity.Length; c++)
        {
            ComponentScale scale = Scaling.Components[c];
            velocity[c] *= scale.Deviation / Scaling.TimeScale * (scale.IsLog ? natural[c] : 1);
        }
    }

    /// <summary>States along the learned trajectories of all series, with how fast they change there: what the dynamics can be explained by.</summary>
    /// <param name="count">Points of each series, at least 2, evenly spaced from its first to its last training observation.</param>
    /// <returns>The points, series after series.</returns>
    /// <exception cref="ForecastException">A trajectory cannot be solved.</exception>
    public IReadOnlyList<FieldPoint> PointsAlongPaths(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        int length = Field.Layout.StateLength, components = Field.Layout.Components, learned = Field.Layout.LearnedStates;
        var points = new List<FieldPoint>();
        double[] velocity = new double[length];
        foreach (SeriesPath path in Paths.Where(x => x.TrainingEnd > StartOf(x)))
        {
            double start = StartOf(path);
            double[] times = [.. Enumerable.Range(0, count).Select(i => start + ((path.TrainingEnd - start) * i / (count - 1)))];
            double[] states = PredictStates(path, times);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<double> state = states.AsSpan(i * length, length);
                _compiled.Evaluate(0, state, velocity);
                double[] natural = state[..learned].ToArray(), change = velocity[..learned];
                Scaling.ToNatural(natural.AsSpan(0, components), natural.AsSpan(0, components));
                for (int c = 0; c < learned; c++)
                {
                    double size = c >= components ? 1 : Scaling.Components[c].Deviation * (Scaling.Components[c].IsLog ? natural[c] : 1);
                    change[c] *= size / Scaling.TimeScale;
                }

                points.Add(new FieldPoint(path.Id, times[i], natural, change));
            }
        }

        return points;
    }

    /// <summary>Finds a series.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>What is known of it.</returns>
    /// <exception cref="ArgumentException">There is none.</exception>
    public SeriesPath PathOf(string id) => Paths.FirstOrDefault(path => path.Id == id)
        ?? throw new ArgumentException($"The model knows no series '{id}'; it knows {string.Join(", ", Paths.Take(20).Select(path => $"'{path.Id}'"))}.", nameof(id));

    /// <summary>Saves everything that a forecast needs, as a safetensors file, all or nothing.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => SeriesModelFile.Save(this, path);

    /// <summary>Loads what <see cref="Save"/> wrote; it forecasts the same numbers to the last bit.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Persistence.ModelFileException">The file holds no such model (the message says what it is), or its description is damaged.</exception>
    /// <exception cref="Persistence.SafeTensorsException">The file is no valid safetensors file, or a tensor is not as it must be.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SeriesModel Load(string path) => SeriesModelFile.Load(path);

    /// <summary>Makes the model of a file that is loaded already.</summary>
    /// <param name="file">A file of the kind <see cref="FileKind"/>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Persistence.ModelFileException">The file's description is damaged.</exception>
    /// <exception cref="Persistence.SafeTensorsException">A tensor is not as it must be.</exception>
    public static SeriesModel From(Persistence.ModelFile file) => SeriesModelFile.Read(file ?? throw new ArgumentNullException(nameof(file)));

    private double[] PredictStates(SeriesPath path, ReadOnlySpan<double> times)
    {
        double[] model = new double[times.Length];
        double slack = 1e-9 * (path.TrainingEnd - StartOf(path)) / Scaling.TimeScale;
        for (int i = 0; i < times.Length; i++)
        {
            model[i] = Scaling.ToModelTime(times[i]);
            ArgumentException.ThrowIf(
                !double.IsFinite(times[i]) || model[i] < path.Starts[0] - slack || (i > 0 && model[i] <= model[i - 1]),
                $"Time {times[i]:R} stands where a rising one, from {StartOf(path):R} on, should.", nameof(times));
        }

        int length = Field.Layout.StateLength;
        double[] states = new double[times.Length * length];
        int done = 0;
        for (int piece = 0; piece < path.Starts.Count; piece++)
        {
            double end = piece + 1 < path.Starts.Count ? path.Starts[piece + 1] - slack : double.PositiveInfinity;
            int count = 0;
            while (done + count < times.Length && model[done + count] < end)
            {
                count++;
            }

            if (count > 0)
            {
                SolvePiece(path, piece, model.AsSpan(done, count), states.AsSpan(done * length, count * length));
                done += count;
            }
        }

        return states;
    }

    private void SolvePiece(SeriesPath path, int piece, ReadOnlySpan<double> times, Span<double> states)
    {
        int length = Field.Layout.StateLength;
        double[] initial = new double[length];
        double start = path.Starts[piece];
        for (int c = 0; c < Field.Layout.LearnedStates; c++)
        {
            initial[c] = path.States[piece][c];
        }

        if (Field.Layout.HasClock)
        {
            initial[^1] = start;
        }

        // Times that are the start itself, up to rounding, need no solve.
        int at = 0;
        while (at < times.Length && times[at] <= start + (1e-9 * Math.Max(1, Math.Abs(start))))
        {
            initial.CopyTo(states[(at++ * length)..]);
        }

        if (at == times.Length)
        {
            return;
        }

        double[] since = [0, .. times[at..].ToArray().Select(t => t - start)];
        double[] solved = new double[since.Length * length];
        SolveResult result = _integrator.Solve(_compiled, initial, since, solved);
        if (!result.IsSuccess)
        {
            // The solver counts time from the piece's start, in the model's unit, which means nothing to who asked.
            double reached = Scaling.ToNaturalTime(start + result.Time);
            string cause = result.Status switch
            {
                SolveStatus.NotFinite => "the learned dynamics run away there",
                SolveStatus.StepLimit => "it takes too many steps",
                _ => "the learned dynamics become too fast there",
            };
            throw new ForecastException(
                ForecastReason.NotSolvable,
                $"The forecast cannot be solved beyond {Scaling.Time.Name} = {Scaling.Time.Text(reached)}, because {cause}. So far from the data the model means nothing.",
                "Forecast a shorter time.",
                new OdeSolveException(result))
            {
                Series = path.Id,
                Time = reached,
            };
        }

        solved.AsSpan(length).CopyTo(states[(at * length)..]);
    }
}
