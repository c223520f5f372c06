using NeuralOde.MicroBatches;

namespace NeuralOde.Layers;

/// <summary>
/// Batch normalization (Ioffe, Szegedy 2015): each channel, the last axis, is normalized over all other axes. Works for <c>[batch, features]</c> and
/// for images <c>[batch, height, width, channels]</c>.
/// </summary>
/// <remarks>
/// In training the mean and the variance are those of the batch, and their running means move toward them; in evaluation the running ones are used, and
/// samples do not influence one another. Inside a compiled vector field the running ones move in forward evaluations only, at every evaluation.
/// As in PyTorch, normalization divides the variance by n and the running variance by n − 1. Where a batch is divided into micro-batches, the statistics are those of each
/// micro-batch, or of the whole batch with <see cref="Training.DataParallel.SynchronizesStatistics"/>.
/// </remarks>
public sealed class BatchNorm : Layer
{
    /// <summary>Makes the layer: the scale 1, the shift 0, the running mean 0 and the running variance 1.</summary>
    /// <param name="channels">The length of the last axis, at least 1.</param>
    /// <param name="momentum">The share of the way that the running statistics move at each evaluation, in (0, 1].</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public BatchNorm(int channels, double momentum = 0.1, double epsilon = 1e-5, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Momentum = momentum is > 0 and <= 1
            ? momentum
            : throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "The momentum of running statistics is above 0 and at most 1.");
        Epsilon = Normalizations.RequireEpsilon(epsilon);
        Weight = AddParameter("weight", Tensor.Ones([channels], dtype));
        Bias = AddParameter("bias", Tensor.Zeros([channels], dtype));
        RunningMean = AddBuffer("running_mean", Tensor.Zeros([channels], dtype));
        RunningVariance = AddBuffer("running_var", Tensor.Ones([channels], dtype));
    }

    /// <summary>The share of the way that the running statistics move at each evaluation.</summary>
    public double Momentum { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The scale of each channel.</summary>
    public Parameter Weight { get; }

    /// <summary>The shift of each channel.</summary>
    public Parameter Bias { get; }

    /// <summary>The running mean of each channel, a buffer.</summary>
    public Parameter RunningMean { get; }

    /// <summary>The running variance of each channel (with the divisor n − 1), a buffer.</summary>
    public Parameter RunningVariance { get; }

    /// <summary>The micro-batch whose statistics are to be those of the whole batch; null for statistics of what the layer gets. Set before anything is compiled.</summary>
    internal MicroBatchMember? Member { get; set; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[…, channels]</c>.</param>
    /// <returns>A tensor of that shape.</returns>
    /// <exception cref="ArgumentException">The last axis has another length, or in training each channel has but one element, which has no variance.</exception>
    public override Tensor Forward(Tensor x)
    {
        Normalizations.RequireChannels(x, Weight, nameof(BatchNorm));
        if (!IsTraining)
        {
            Tensor scale = Weight / (RunningVariance + Epsilon).Sqrt();
            return x.ScaleShift(scale, Bias - (RunningMean * scale));
        }

        int channels = Weight.ElementCount;
        int count = x.ElementCount / channels;
        if (Member is { } member)
        {
            return Synchronized(x, member, channels, count);
        }

        ArgumentException.ThrowIf(
            count < 2,
            $"Batch normalization in training takes at least two elements for each channel; shape {x.Shape} has {count}. Take a larger batch, or switch to Evaluate().", nameof(x));
        Tensor y = x.BatchNormalize(Weight, Bias, Epsilon, out Tensor moments);
        RunningMean.MoveTowards(moments.Slice(0, 0, channels), Momentum);
        RunningVariance.MoveTowards(moments.Slice(0, channels, channels) * ((double)count / (count - 1)), Momentum);
        return y;
    }

    private Tensor Synchronized(Tensor x, MicroBatchMember member, int channels, int count)
    {
        Tensor moments = new SynchronizedMoments(member, count).Apply(x.BatchMoments());
        Tensor mean = moments.Slice(0, 0, channels), variance = moments.Slice(0, channels, channels);
        RunningMean.MoveTowards(mean, Momentum);
        RunningVariance.MoveTowards(moments.Slice(0, 2 * channels, channels), Momentum);
        return (x - mean).ScaleShift(Weight / (variance + Epsilon).Sqrt(), Bias);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new BatchNorm(Weight.ElementCount, Momentum, Epsilon, Weight.DType);
}
