namespace NeuralOde.Tensors.Kernels;

/// <summary>Chooses how a product is computed, from its shape and layout alone.</summary>
internal static unsafe class GemmPaths<T, TVector> where T : unmanaged, IBinaryFloatingPointIeee754<T> where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Up to this many elements (256 by 256) B is read in place: packing it into panels would cost more than its cache misses.</summary>
    private const int MaxDirectB = 256 * 256;

    /// <summary>Up to this many rows, dot products with a transposed B cost less than transposing it.</summary>
    private const int MaxDotRows = 4;

    /// <summary>From this many vectors in k, they cost less than a single vector of columns that is a quarter empty.</summary>
    private const int MinDotVectors = 4;

    /// <summary>Computes a problem of any size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in GemmProblem<T> problem)
    {
        if (problem.M == 0 || problem.N == 0)
        {
            return;
        }

        if (NarrowProduct<T, TVector>.Suits(problem))
        {
            NarrowProduct<T, TVector>.Multiply(problem);
        }
        else if (problem.B.HasContiguousRows || problem.K == 0)
        {
            MultiplyRowMajorB(problem);
        }
        else
        {
            MultiplyTransposedB(problem);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRowMajorB(in GemmProblem<T> problem)
    {
        if (problem.N * problem.K <= MaxDirectB || problem.M <= MaxDotRows)
        {
            DirectProduct<T, TVector>.Multiply(problem);
        }
        else
        {
            BlockedProduct<T, TVector>.Multiply(problem);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTransposedB(in GemmProblem<T> problem)
    {
        bool fewRows = problem.M <= MaxDotRows && problem.K >= TVector.Count;
        bool fewColumns = 4 * problem.N <= 3 * TVector.Count && problem.K >= MinDotVectors * TVector.Count;
        if ((fewRows || fewColumns) && problem.A.HasContiguousRows)
        {
            DotTile<T, TVector>.Multiply(problem);
        }
        else if (problem.N * problem.K <= MaxDirectB)
        {
            GemmProblem<T> withTransposedB = problem;
            nint step = OddLines(problem.N);
            T* b = GemmScratch<T>.Get(problem.K * step);
            Transposition<T>.Run(problem.B.Data, problem.B.ColumnStep, problem.N, problem.K, b, step);
            withTransposedB.B = new(b, step, 1);
            DirectProduct<T, TVector>.Multiply(withTransposedB);
        }
        else
        {
            BlockedProduct<T, TVector>.Multiply(problem);
        }
    }

    /// <summary>A row length of at least n that takes an odd number of cache lines, so that a column of them spreads over all sets of the cache.</summary>
    private static nint OddLines(nint n)
    {
        nint line = 64 / sizeof(T);
        nint lines = (n + line - 1) / line;
        return (lines | 1) * line;
    }
}
