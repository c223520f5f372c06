namespace NeuralOde.Layers;

/// <summary>
/// Group normalization (Wu, He 2018): each sample's channels, the last axis, are normalized in groups of neighbors, over all positions. Samples do not
/// influence one another and there are no running statistics, so it is the clean choice inside a vector field.
/// </summary>
/// <remarks>One group is layer normalization over all axes but the batch's; as many groups as channels are instance normalization.</remarks>
public sealed class GroupNorm : Layer
{
    /// <summary>Makes the layer, with the scale 1 and the shift 0.</summary>
    /// <param name="groups">The number of groups, a divisor of <paramref name="channels"/>.</param>
    /// <param name="channels">The length of the last axis, at least 1.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Groups = channels % groups == 0 ? groups : throw new ArgumentException($"{channels} channels do not divide into {groups} groups.", nameof(groups));
        Epsilon = Normalizations.RequireEpsilon(epsilon);
        Weight = AddParameter("weight", Tensor.Ones([channels], dtype));
        Bias = AddParameter("bias", Tensor.Zeros([channels], dtype));
    }

    /// <summary>The number of groups.</summary>
    public int Groups { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The scale of each channel.</summary>
    public Parameter Weight { get; }

    /// <summary>The shift of each channel.</summary>
    public Parameter Bias { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[batch, …, channels]</c>.</param>
    /// <returns>A tensor of that shape.</returns>
    /// <exception cref="ArgumentException">The last axis has another length, or there is no axis for the batch.</exception>
    public override Tensor Forward(Tensor x)
    {
        Normalizations.RequireChannels(x, Weight, nameof(GroupNorm));
        return x.GroupNormalize(Groups, Weight, Bias, Epsilon);
    }

    /// <inheritdoc/>
    protected override Module CreateCopy(ModuleCloner cloner) => new GroupNorm(Groups, Weight.ElementCount, Epsilon, Weight.DType);
}
