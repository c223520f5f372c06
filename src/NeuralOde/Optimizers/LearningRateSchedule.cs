namespace NeuralOde.Optimizers;

/// <summary>How the learning rate changes over training.</summary>
public abstract record LearningRateSchedule
{
    /// <summary>The same rate throughout.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantSchedule();

    /// <summary>Half a cosine from the full rate down to a share of it (Loshchilov, Hutter 2017).</summary>
    /// <param name="end">The share of the full rate at the end, in [0, 1].</param>
    /// <returns>The schedule.</returns>
    public static LearningRateSchedule Cosine(double end = 0) => end is >= 0 and <= 1
        ? new CosineSchedule(end)
        : throw new ArgumentOutOfRangeException(nameof(end), end, "The share of the learning rate at the end is from 0 to 1.");

    /// <summary>The rate is multiplied by a factor at some points of training (He et al. 2016: by 0.1 at half and at three quarters).</summary>
    /// <param name="factor">The factor, above 0 and at most 1.</param>
    /// <param name="points">Where, as parts of training, rising from above 0 to below 1.</param>
    /// <returns>The schedule.</returns>
    public static LearningRateSchedule Step(double factor, params IReadOnlyList<double> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        RequireFactor(factor, nameof(factor));
        for (int i = 0; i < points.Count; i++)
        {
            ArgumentException.ThrowIf(
                !(points[i] > (i == 0 ? 0 : points[i - 1]) && points[i] < 1),
                $"The points at which the learning rate steps rise from above 0 to below 1; "
                    + $"got {string.Join(", ", points.Select(static x => x.ToString(CultureInfo.InvariantCulture)))}.",
                nameof(points));
        }

        return new StepSchedule(factor, [.. points]);
    }

    /// <summary>The rate falls by the same factor in equal parts of training, from the full rate to a share of it.</summary>
    /// <param name="end">The share of the full rate at the end, above 0 and at most 1.</param>
    /// <returns>The schedule.</returns>
    public static LearningRateSchedule Exponential(double end)
    {
        RequireFactor(end, nameof(end));
        return new ExponentialSchedule(end);
    }

    /// <summary>This schedule after a warm-up, in which the rate rises evenly to the full one; the schedule then takes the rest of training.</summary>
    /// <param name="part">The part of training that the warm-up takes, at least 0 and below 1.</param>
    /// <param name="start">The share of the full rate to start from, from 0 to 1.</param>
    /// <returns>The schedule.</returns>
    public LearningRateSchedule WithWarmUp(double part, double start = 0)
    {
        ArgumentOutOfRangeException.ThrowIf(part is not (>= 0 and < 1), nameof(part), part, "A warm-up takes a part of training of at least 0 and below 1.");
        return start is >= 0 and <= 1
            ? new WarmUpSchedule(this, part, start)
            : throw new ArgumentOutOfRangeException(nameof(start), start, "The share of the learning rate to start from is from 0 to 1.");
    }

    /// <summary>The share of the full rate at a point of training.</summary>
    /// <param name="progress">The part of training that is done, from 0 to 1.</param>
    /// <returns>A factor, from 0 to 1.</returns>
    public abstract double Factor(double progress);

    private static void RequireFactor(double factor, string name) =>
        ArgumentOutOfRangeException.ThrowIf(factor is not (> 0 and <= 1), name, factor, "A factor of the learning rate is above 0 and at most 1.");

    private sealed record ConstantSchedule : LearningRateSchedule
    {
        public override double Factor(double progress) => 1;
    }

    private sealed record CosineSchedule(double End) : LearningRateSchedule
    {
        public override double Factor(double progress) => End + ((1 - End) * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))));
    }

    private sealed record StepSchedule(double Share, ValueList<double> Points) : LearningRateSchedule
    {
        public override double Factor(double progress) => Math.Pow(Share, Points.Count(x => progress >= x));
    }

    private sealed record ExponentialSchedule(double End) : LearningRateSchedule
    {
        public override double Factor(double progress) => Math.Pow(End, Math.Clamp(progress, 0, 1));
    }

    private sealed record WarmUpSchedule(LearningRateSchedule Then, double Part, double Start) : LearningRateSchedule
    {
        public override double Factor(double progress) => progress < Part
            ? Start + ((1 - Start) * Math.Max(progress, 0) / Part)
            : Then.Factor((progress - Part) / (1 - Part));
    }
}
