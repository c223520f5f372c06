using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// Products with at most 4 columns (the last layer of a field in few dimensions): vectors along the columns would be mostly empty,
/// so they run along k where A has contiguous rows, and along the rows of C where it has contiguous columns.
/// </summary>
internal static unsafe class NarrowProduct<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    // Rows of C that are computed transposed at a time: with 4 columns, 8 KB of float stay in the first-level cache.
    private const int RowsAtATime = 512;

    /// <summary>Whether so few columns leave at least half of every vector empty.</summary>
    public static bool Suits(nint n) => n <= 4 && 2 * n <= TVector.Count;

    public static void Multiply(in GemmProblem<T> problem)
    {
        if (problem.A.HasContiguousRows)
        {
            MultiplyAlongK(problem);
        }
        else
        {
            MultiplyTransposed(problem);
        }
    }

    private static void MultiplyAlongK(in GemmProblem<T> problem)
    {
        if (problem.B.RowStep == 1)
        {
            DotTile<T, TVector>.Multiply(problem);
            return;
        }

        var withPackedB = problem;
        T* packed = GemmScratch<T>.Get(problem.N * problem.K);
        Gather(problem.B, problem.K, problem.N, packed);
        withPackedB.B = new(packed, 1, problem.K);
        DotTile<T, TVector>.Multiply(withPackedB);
    }

    /// <summary>Makes the columns of B contiguous.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(StridedMatrix<T> b, nint k, nint n, T* packed)
    {
        for (nint j = 0; j < n; j++)
        {
            T* source = b.Data + (j * b.ColumnStep);
            for (nint p = 0; p < k; p++)
            {
                packed[p] = *source;
                source += b.RowStep;
            }

            packed += k;
        }
    }

    /// <summary>Cᵀ = Bᵀ·Aᵀ into scratch, and from there into C.</summary>
    private static void MultiplyTransposed(in GemmProblem<T> problem)
    {
        nint chunk = nint.Min(problem.M, RowsAtATime);
        T* transposed = GemmScratch<T>.Get(problem.N * chunk);
        for (nint row = 0; row < problem.M; row += chunk)
        {
            var part = problem.Part(row, 0, nint.Min(chunk, problem.M - row), problem.N);
            GemmProblem<T> flipped = default;
            flipped.M = part.N;
            flipped.N = part.M;
            flipped.K = part.K;
            flipped.A = part.B.Transposed;
            flipped.B = part.A.Transposed;
            flipped.C = transposed;
            flipped.CStep = chunk;
            DirectProduct<T, TVector>.Multiply(flipped);
            Scatter(part, transposed, chunk);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(in GemmProblem<T> problem, T* transposed, nint step)
    {
        nint n = problem.N;
        for (nint j = 0; j < n; j++)
        {
            T* source = transposed + (j * step);
            T* c = problem.C + j;
            T* start = problem.Start + j;
            for (nint i = 0; i < problem.M; i++)
            {
                *c = problem.Start == null ? source[i] : *start + source[i];
                c += problem.CStep;
                start += problem.StartStep;
            }
        }
    }
}
