namespace NeuralOde.MicroBatches;

/// <summary>A micro-batch among those that wait for one another.</summary>
/// <param name="LockStep">Where they meet.</param>
/// <param name="Index">Which one it is.</param>
/// <param name="MicroBatches">How many there are.</param>
internal sealed record MicroBatchMember(LockStep LockStep, int Index, int MicroBatches)
{
    /// <summary>The number of elements of the whole batch where this micro-batch has so many.</summary>
    public double WholeCount(int count) => (double)count * LockStep.Samples / MicroBatch.Of(Index, MicroBatches, LockStep.Samples).Count;
}

/// <summary>
/// Means and variances over the whole batch from those of this micro-batch and of all others, as one vector; then the variances with the divisor n − 1. The gradient takes the
/// cotangents of all micro-batches, each of its own mean loss, and is that of the batch's mean loss over this micro-batch's share of it.
/// </summary>
/// <remarks>It depends on more than its input: it may be applied only where all micro-batches apply the same operations in the same order.</remarks>
internal sealed class SynchronizedMoments(MicroBatchMember member, int count) : CustomOperation
{
    private readonly MicroBatchMean _mean = new(member);
    private double[] _own = [];

    public override string Name => "synchronized_moments";

    protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => [inputs[0].ElementCount / 2 * 3];

    protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
    {
        ReadOnlySpan<T> moments = inputs[0];
        int channels = moments.Length / 2, length = moments.Length;
        LockStep lockStep = member.LockStep;
        ReadOnlySpan<double> all = lockStep.Gather(member.Index, MicroBatchMean.Widened(moments, ref _own));
        double whole = member.WholeCount(count), unbiased = whole / (whole - 1);
        ArgumentException.ThrowIf(!(whole >= 2), "Batch normalization in training takes at least two elements for each channel; the batch has one. Take a larger batch.");
        Span<double> terms = lockStep.Terms;
        for (int c = 0; c < channels; c++)
        {
            for (int k = 0; k < terms.Length; k++)
            {
                terms[k] = all[(k * length) + c];
            }

            double mean = lockStep.Mean();
            for (int k = 0; k < terms.Length; k++)
            {
                double off = all[(k * length) + c] - mean;
                terms[k] = all[(k * length) + channels + c] + (off * off);
            }

            double variance = lockStep.Mean();
            output[c] = T.CreateTruncating(mean);
            output[channels + c] = T.CreateTruncating(variance);
            output[(2 * channels) + c] = T.CreateTruncating(variance * unbiased);
        }
    }

    protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent)
    {
        // The third part goes into running statistics, through which no gradient flows.
        int channels = inputs[0].ElementCount / 2;
        Tensor all = _mean.Apply(cotangent.Slice(0, 0, 2 * channels));
        Tensor ofMean = all.Slice(0, 0, channels), ofVariance = all.Slice(0, channels, channels);
        Tensor off = inputs[0].Slice(0, 0, channels) - output.Slice(0, 0, channels);
        return [Tensor.Concatenate([ofMean + (2.0 * (ofVariance * off)), ofVariance])];
    }
}

/// <summary>The mean over all micro-batches, each weighted by its share of the samples. It is its own gradient, as <see cref="SynchronizedMoments"/> explains.</summary>
internal sealed class MicroBatchMean(MicroBatchMember member) : CustomOperation
{
    private double[] _own = [];

    public override string Name => "micro_batch_mean";

    /// <summary>Values in double precision.</summary>
    public static ReadOnlySpan<double> Widened<T>(ReadOnlySpan<T> values, ref double[] wide) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (wide.Length != values.Length)
        {
            wide = new double[values.Length];
        }

        for (int i = 0; i < values.Length; i++)
        {
            wide[i] = double.CreateTruncating(values[i]);
        }

        return wide;
    }

    protected override Shape InferShape(ReadOnlySpan<Shape> inputs) => inputs[0];

    protected override void Compute<T>(CustomInputs<T> inputs, Span<T> output)
    {
        LockStep lockStep = member.LockStep;
        ReadOnlySpan<double> all = lockStep.Gather(member.Index, Widened(inputs[0], ref _own));
        Span<double> terms = lockStep.Terms;
        for (int i = 0; i < output.Length; i++)
        {
            for (int k = 0; k < terms.Length; k++)
            {
                terms[k] = all[(k * output.Length) + i];
            }

            output[i] = T.CreateTruncating(lockStep.Mean());
        }
    }

    protected override Tensor?[] Gradient(IReadOnlyList<Tensor> inputs, Tensor output, Tensor cotangent) => [Apply(cotangent)];
}
