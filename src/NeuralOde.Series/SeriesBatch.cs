using NeuralOde.Layers.Recurrent;

namespace NeuralOde.Series;

/// <summary>
/// Series side by side in tensors, each with times and a length of its own: what a recurrent encoder reads, and on which one solve can be
/// compared with all of them.
/// </summary>
/// <remarks>
/// Step i of a sample is its i-th observation; shorter series are padded at their ends. Where all samples share their times there is nothing to pad.
/// </remarks>
public sealed class SeriesBatch
{
    private readonly double[] _times;
    private readonly double[] _stepTimes;

    private SeriesBatch(double[] times, double[] stepTimes, int[]? timeIndices, Tensor values, Tensor? stepMask, Tensor? valueMask)
    {
        _times = times;
        _stepTimes = stepTimes;
        TimeIndices = timeIndices;
        Values = values;
        StepMask = stepMask;
        ValueMask = valueMask;
    }

    /// <summary>All times at which any sample was observed, strictly rising.</summary>
    public ReadOnlySpan<double> Times => _times;

    /// <summary>The number of samples.</summary>
    public int Count => Values.Shape[1];

    /// <summary>The number of steps of the longest sample.</summary>
    public int StepCount => Values.Shape[0];

    /// <summary>The number of components of an observation.</summary>
    public int Components => Values.Shape[2];

    /// <summary>Whether all samples were observed at the same times, which are then <see cref="Times"/>.</summary>
    public bool SharesTimes => TimeIndices is null;

    /// <summary>The observations, <c>[steps, batch, components]</c>; 0 where one is missing.</summary>
    public Tensor Values { get; }

    /// <summary><c>[steps, batch]</c>: 1 where a sample has a step, else 0; null where all have all.</summary>
    public Tensor? StepMask { get; }

    /// <summary><c>[steps, batch, components]</c>: 1 where a value was observed, else 0; null where all were.</summary>
    public Tensor? ValueMask { get; }

    /// <summary>The number of values that were observed.</summary>
    public int ObservedCount => ValueMask is null ? Values.ElementCount : (int)Math.Round(ValueMask.ToDoubles().Sum());

    /// <summary>When each step of each sample was, <c>[steps, batch]</c> row-major, or <c>[steps]</c> where the times are shared. Padding repeats a sample's last time.</summary>
    public ReadOnlySpan<double> StepTimes => _stepTimes;

    /// <summary>The index among <see cref="Times"/> of each step of each sample, <c>[steps, batch]</c> row-major; null where the times are shared.</summary>
    internal int[]? TimeIndices { get; }

    /// <summary>Series that were observed at the same times.</summary>
    /// <param name="times">Strictly rising, at least one.</param>
    /// <param name="values">The observations, <c>[times, batch, components]</c>; NaN where one is missing.</param>
    /// <returns>The batch, of the values' element type.</returns>
    /// <exception cref="ArgumentException">The times are not rising, or the values have another shape.</exception>
    public static SeriesBatch Shared(ReadOnlySpan<double> times, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        CheckRising(times);
        ArgumentException.ThrowIf(
            values.Rank != 3 || values.Shape[0] != times.Length || values.ElementCount == 0,
            $"Observations at {times.Length} times have the shape [{times.Length}, batch, components]; got {values.Shape}.", nameof(values));
        double[] own = times.ToArray();
        Tensor known = values.EqualTo(values);
        return known.Min().ToScalar() == 1
            ? new SeriesBatch(own, own, null, values, null, null)
            : new SeriesBatch(
                own, own, null, Tensor.Where(known, values, Tensor.Scalar(0, values.DType)), known.Max([2]) is var steps && steps.Min().ToScalar() == 1 ? null : steps, known);
    }

    /// <summary>Series with times and lengths of their own.</summary>
    /// <param name="series">At least one, all of the same number of components.</param>
    /// <param name="dtype">The element type.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="ArgumentException">There is none, or their components differ in number.</exception>
    public static SeriesBatch From(IReadOnlyList<TimeSeries> series, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentException.ThrowIf(
            series.Count == 0 || series.Any(x => x.Components != series[0].Components || x.Components == 0),
            $"A batch is of at least one series, all with the same number of components, at least one; got [{string.Join(", ", series.Select(static x => x.Components))}].",
            nameof(series));
        int components = series[0].Components;
        bool shared = series.All(x => x.Times.SequenceEqual(series[0].Times));
        int steps = series.Max(static x => x.Count);
        int batch = series.Count;
        double[] values = new double[steps * batch * components];
        Array.Fill(values, double.NaN);
        for (int sample = 0; sample < batch; sample++)
        {
            for (int step = 0; step < series[sample].Count; step++)
            {
                series[sample].Values.Slice(step * components, components).CopyTo(values.AsSpan(((step * batch) + sample) * components));
            }
        }

        Tensor tensor = Cast(Tensor.From(values, [steps, batch, components]), dtype);
        if (shared)
        {
            return Shared(series[0].Times, tensor);
        }

        double[] times = [.. series.SelectMany(static x => x.Times.ToArray()).Distinct().Order()];
        double[] stepTimes = new double[steps * batch];
        int[] indices = new int[steps * batch];
        for (int sample = 0; sample < batch; sample++)
        {
            ReadOnlySpan<double> own = series[sample].Times;
            for (int step = 0; step < steps; step++)
            {
                double time = own[Math.Min(step, own.Length - 1)];
                stepTimes[(step * batch) + sample] = time;
                indices[(step * batch) + sample] = Array.BinarySearch(times, time);
            }
        }

        Tensor known = tensor.EqualTo(tensor);
        Tensor stepMask = RecurrentLayer.MaskOf([.. series.Select(static x => x.Count)], steps, dtype);
        return new SeriesBatch(times, stepTimes, indices, Tensor.Where(known, tensor, Tensor.Scalar(0, dtype)), stepMask, known);
    }

    /// <summary>Some of the samples, at the same times and with as many steps as in the whole batch.</summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="count">The number of samples, at least 1.</param>
    internal SeriesBatch Part(int start, int count)
    {
        if (start == 0 && count == Count)
        {
            return this;
        }

        Tensor values = Values.Slice(1, start, count);
        Tensor? stepMask = StepMask?.Slice(1, start, count), valueMask = ValueMask?.Slice(1, start, count);
        if (TimeIndices is not { } indices)
        {
            return new SeriesBatch(_times, _stepTimes, null, values, stepMask, valueMask);
        }

        return new SeriesBatch(_times, Columns(_stepTimes), Columns(indices), values, stepMask, valueMask);

        TValue[] Columns<TValue>(TValue[] all)
        {
            var some = new TValue[StepCount * count];
            for (int step = 0; step < StepCount; step++)
            {
                Array.Copy(all, (step * Count) + start, some, step * count, count);
            }

            return some;
        }
    }

    /// <summary>
    /// For each step the time from it back to the sample's one before, <c>t_{i−1} − t_i</c>, and for its first the time back to the batch's first: what a recurrent
    /// encoder reads in addition to the values. 0 where there is no step.
    /// </summary>
    /// <returns><c>[steps, batch, 1]</c>, at most 0.</returns>
    internal Tensor TimeDifferences()
    {
        (int steps, int batch) = (StepCount, Count);
        double[]? present = StepMask?.ToDoubles();
        double[] differences = new double[steps * batch];
        double[] before = new double[batch];
        Array.Fill(before, _times[0]);
        for (int i = 0; i < differences.Length; i++)
        {
            if (present is null || present[i] != 0)
            {
                differences[i] = before[i % batch] - TimeOf(i);
                before[i % batch] = TimeOf(i);
            }
        }

        return Cast(Tensor.From(differences, [steps, batch, 1]), Values.DType);
    }

    /// <summary>When each sample was first observed; the batch's first time where it never was.</summary>
    internal double[] FirstTimes()
    {
        double[]? present = StepMask?.ToDoubles();
        double[] first = new double[Count];
        Array.Fill(first, _times[0]);
        for (int i = (StepCount * Count) - 1; i >= 0; i--)
        {
            if (present is null || present[i] != 0)
            {
                first[i % Count] = TimeOf(i);
            }
        }

        return first;
    }

    private double TimeOf(int stepAndSample) => _stepTimes[SharesTimes ? stepAndSample / Count : stepAndSample];

    private static Tensor Cast(Tensor tensor, DType dtype) => dtype == DType.Float32 ? tensor.ToSingle() : tensor;

    private static void CheckRising(ReadOnlySpan<double> times)
    {
        for (int i = 0; i < times.Length; i++)
        {
            ArgumentException.ThrowIf(
                !double.IsFinite(times[i]) || (i > 0 && times[i] <= times[i - 1]),
                $"Times are finite and strictly rising; the one at index {i} is {times[i].ToString("R", CultureInfo.InvariantCulture)}.", nameof(times));
        }

        ArgumentException.ThrowIf(times.IsEmpty, "A batch has at least one time.", nameof(times));
    }
}
