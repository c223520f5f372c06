namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// What is normalized together: a dense tensor seen as [outer, rows, groups, width], where each (outer, group) is one set of rows·width elements
/// with a mean and a variance of its own, and each of the groups·width channels has a scale and a shift.
/// </summary>
/// <remarks>
/// Batch normalization is [1, all but the channels, channels, 1], group normalization [batch, positions, groups, channels of a group], layer
/// normalization [all before, 1, 1, features].
/// </remarks>
internal readonly record struct NormalizationExtent(int Outer, int Rows, int Groups, int Width)
{
    /// <summary>The elements of the innermost row.</summary>
    public int Channels => Groups * Width;

    /// <summary>The elements that share a mean and a variance.</summary>
    public int Count => Rows * Width;

    /// <summary>The sets of elements that share a mean and a variance.</summary>
    public int Sets => Outer * Groups;

    /// <summary>All elements.</summary>
    public int Length => Outer * Rows * Channels;
}
