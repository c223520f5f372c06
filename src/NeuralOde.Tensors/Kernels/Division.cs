namespace NeuralOde.Tensors.Kernels;

/// <summary>How an instruction's work can be shared out: it is made of so many equal units, and a thread takes a run of them.</summary>
/// <param name="Units">The units, rows of a matrix for example. With 0 or 1 there is nothing to share.</param>
/// <param name="SmallestShare">The units that a share must have at least, so that its results have the same bits as when all are computed together.</param>
/// <param name="Nanoseconds">What the whole is estimated to take on one thread.</param>
internal readonly record struct Division(int Units, int SmallestShare, double Nanoseconds)
{
    /// <summary>The largest number of shares that the units can be cut into.</summary>
    public int MaxShares => Units < 2 ? 1 : Units / Math.Max(SmallestShare, 1);

    /// <summary>Elements that do not depend on each other. A unit is 16 of them, at least a cache line, and the last one takes what is left.</summary>
    public static Division OfElements(int elements, double nanoseconds) => new(elements / ElementsOfUnit, 1, nanoseconds);

    /// <summary>The elements that a share of such units covers.</summary>
    public static (int Start, int Count) Elements(int first, int count, int length) => Range(first, count, length, ElementsOfUnit);

    /// <summary>What a share covers where each unit stands for <paramref name="size"/> things and the last one for the rest as well.</summary>
    public static (int Start, int Count) Range(int first, int count, int length, int size)
    {
        int start = first * size;
        return (start, first + count == length / size ? length - start : count * size);
    }

    private const int ElementsOfUnit = 16;
}
