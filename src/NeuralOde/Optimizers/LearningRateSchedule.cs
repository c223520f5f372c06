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

    /// <summary>The share of the full rate at a point of training.</summary>
    /// <param name="progress">The part of training that is done, from 0 to 1.</param>
    /// <returns>A factor, from 0 to 1.</returns>
    public abstract double Factor(double progress);

    private sealed record ConstantSchedule : LearningRateSchedule
    {
        public override double Factor(double progress) => 1;
    }

    private sealed record CosineSchedule(double End) : LearningRateSchedule
    {
        public override double Factor(double progress) => End + ((1 - End) * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))));
    }
}
