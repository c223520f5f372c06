namespace NeuralOde.Tensors;

/// <content>Normalization. The last axis is that of the channels, or features: images are <c>[batch, height, width, channels]</c>.</content>
public partial class Tensor
{
    /// <summary>Normalizes each channel over all other axes, then scales and shifts it: <c>(x − mean)/√(variance + ε)·scale + shift</c> (Ioffe, Szegedy 2015).</summary>
    /// <param name="scale">One for each channel, <c>[channels]</c>.</param>
    /// <param name="shift">One for each channel, <c>[channels]</c>.</param>
    /// <param name="epsilon">Added to the variance (with the divisor n), above 0.</param>
    /// <returns>A tensor of this shape.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is nothing to take a mean of.</exception>
    public Tensor BatchNormalize(Tensor scale, Tensor shift, double epsilon = 1e-5) => BatchNormalize(scale, shift, epsilon, out _);

    /// <summary>
    /// Normalizes each sample and each group of neighboring channels over the group and all axes between batch and channels, then scales and shifts
    /// each channel (Wu, He 2018).
    /// </summary>
    /// <param name="groups">The number of groups, a divisor of the channels.</param>
    /// <param name="scale">One for each channel, <c>[channels]</c>.</param>
    /// <param name="shift">One for each channel, <c>[channels]</c>.</param>
    /// <param name="epsilon">Added to the variance (with the divisor n), above 0.</param>
    /// <returns>A tensor of this shape.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, the groups do not divide the channels, or there is nothing to take a mean of.</exception>
    public Tensor GroupNormalize(int groups, Tensor scale, Tensor shift, double epsilon = 1e-5)
    {
        RequireAxes(2);
        return groups >= 1 && Shape[-1] % groups == 0
            ? Normalize(new NormalizationExtent(Shape[0], Shape.Slice(1..^1).ElementCount, groups, Shape[-1] / groups), scale, shift, epsilon, out _)
            : throw new ArgumentException($"The {Shape[-1]} channels of shape {Shape} do not divide into {groups} groups.", nameof(groups));
    }

    /// <summary>Normalizes over the last axis, then scales and shifts each of its indices (Ba, Kiros, Hinton 2016).</summary>
    /// <inheritdoc cref="BatchNormalize(Tensor, Tensor, double)"/>
    public Tensor LayerNormalize(Tensor scale, Tensor shift, double epsilon = 1e-5)
    {
        RequireAxes(1);
        return Normalize(new NormalizationExtent(Shape.Slice(..^1).ElementCount, 1, 1, Shape[-1]), scale, shift, epsilon, out _);
    }

    /// <summary>Each element times a scale plus a shift, in one pass.</summary>
    /// <param name="scale">One for each index of the last axis, <c>[channels]</c>.</param>
    /// <param name="shift">One for each index of the last axis, <c>[channels]</c>.</param>
    /// <returns>A tensor of this shape.</returns>
    public Tensor ScaleShift(Tensor scale, Tensor shift)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(shift);
        return new ScaleShift().Apply(this, scale, shift);
    }

    /// <summary>The same, with the moments that it took: <c>[2·channels]</c>, means and then variances.</summary>
    internal Tensor BatchNormalize(Tensor scale, Tensor shift, double epsilon, out Tensor moments)
    {
        RequireAxes(1);
        return Normalize(new NormalizationExtent(1, Shape.Slice(..^1).ElementCount, Shape[-1], 1), scale, shift, epsilon, out moments);
    }

    /// <summary>The mean of each channel over all other axes, then the variances (with the divisor n): <c>[2·channels]</c>.</summary>
    internal Tensor BatchMoments()
    {
        RequireAxes(1);
        return new NormalizationMoments(new NormalizationExtent(1, Shape.Slice(..^1).ElementCount, Shape[-1], 1)).Apply(this);
    }

    private void RequireAxes(int count) =>
        ArgumentException.ThrowIf(Rank < count, $"This normalization takes a tensor of at least {count} axes, the channels last; got shape {Shape}.");

    private Tensor Normalize(NormalizationExtent extent, Tensor scale, Tensor shift, double epsilon, out Tensor moments)
    {
        ArgumentNullException.ThrowIfNull(scale);
        ArgumentNullException.ThrowIfNull(shift);
        ArgumentOutOfRangeException.ThrowIf(!(epsilon > 0), nameof(epsilon), epsilon, "What is added to the variance is above 0.");
        return extent.Length > 0
            ? Operations.Normalize.Apply(this, extent, scale, shift, epsilon, out moments)
            : throw new ArgumentException($"There is nothing to take a mean of in shape {Shape}.");
    }
}
