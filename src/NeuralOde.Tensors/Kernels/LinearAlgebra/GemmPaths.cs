using System.Numerics;

namespace NeuralOde.Tensors.Kernels;

/// <summary>Chooses how a product is computed, from its shape and layout alone.</summary>
internal static unsafe class GemmPaths<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>Up to this many elements (256 by 256) B is read in place: packing it would cost more than its cache misses.</summary>
    private const int MaxDirectB = 256 * 256;

    /// <summary>Up to this many rows, dot products with a transposed B cost less than packing it.</summary>
    private const int MaxDotRows = 4;

    public static void Multiply(in GemmProblem<T> problem)
    {
        if (problem.M == 0 || problem.N == 0)
        {
            return;
        }

        if (NarrowProduct<T, TVector>.Suits(problem.N))
        {
            NarrowProduct<T, TVector>.Multiply(problem);
        }
        else if (problem.B.HasContiguousRows && problem.N * problem.K <= MaxDirectB)
        {
            DirectProduct<T, TVector>.Multiply(problem);
        }
        else if (problem.K == 0)
        {
            // No element of B exists, so its layout does not matter.
            DirectProduct<T, TVector>.Multiply(problem);
        }
        else if (problem.M <= MaxDotRows && problem.A.HasContiguousRows && problem.B.RowStep == 1)
        {
            DotTile<T, TVector>.Multiply(problem);
        }
        else if (problem.M <= MaxDotRows && problem.B.HasContiguousRows)
        {
            DirectProduct<T, TVector>.Multiply(problem);
        }
        else
        {
            BlockedProduct<T, TVector>.Multiply(problem);
        }
    }

    /// <summary>C = f(S + A·B), for a dense C.</summary>
    public static void MultiplyActivate<TActivation>(in GemmProblem<T> problem)
        where TActivation : struct, IUnaryOperator<T>
    {
        Multiply(problem);
        if (typeof(TActivation) != typeof(Identity<T>))
        {
            GemmEpilogue<T, TVector>.Apply<TActivation>(problem.C, problem.M * problem.N);
        }
    }

    /// <summary>C = f(S + A·B, y), for a dense C and y.</summary>
    public static void MultiplyGradient<TGradient>(in GemmProblem<T> problem, T* y)
        where TGradient : struct, IBinaryOperator<T>
    {
        Multiply(problem);
        GemmEpilogue<T, TVector>.Apply<TGradient>(problem.C, y, problem.M * problem.N);
    }
}
