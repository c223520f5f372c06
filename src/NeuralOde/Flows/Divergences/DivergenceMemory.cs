namespace NeuralOde.Flows.Divergences;

/// <summary>Refuses exact divergences that memory cannot hold, before anything is allocated.</summary>
internal static class DivergenceMemory
{
    // What a product keeps of each intermediate value for its own gradient: about the value's cotangent, and what is made of it.
    private const int CopiesOfProduct = 3;

    /// <exception cref="DivergenceException">The products' intermediate values exceed the memory that there is.</exception>
    public static void Check(Tensor f, int dimension)
    {
        long elements = 0;
        HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance);
        Stack<Tensor> stack = new([f]);
        while (stack.TryPop(out Tensor? tensor))
        {
            if (seen.Add(tensor) && tensor.Operation is not null)
            {
                elements += tensor.ElementCount;
                Array.ForEach(tensor.Inputs, stack.Push);
            }
        }

        double bytes = (double)elements * dimension * CopiesOfProduct * (f.DType == DType.Float32 ? sizeof(float) : sizeof(double));
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > available)
        {
            throw new DivergenceException(
                DivergenceReason.TooLarge,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The exact divergence of {f.Shape[0]} points in {dimension} dimensions takes {dimension} products, whose values have about {bytes / (1 << 30):0} GiB; "
                        + $"there are {available / (1 << 30):0} GiB."),
                $"Take {nameof(HutchinsonDivergence)}, whose cost does not grow with the dimension, smaller batches, or a field that gives its divergence in closed form.");
        }
    }
}
