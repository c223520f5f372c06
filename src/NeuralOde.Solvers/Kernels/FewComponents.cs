using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// <see cref="CombineKernel"/> and <see cref="ErrorKernel"/> for states of one to four components, to the same bits: each component in a register of its own, inlined where
/// the number of components is known.
/// </summary>
/// <remarks>
/// A vector would be loaded from where the field has just stored single numbers, and a processor cannot forward several stores to one load: it waits until they are in the cache,
/// once for each stage.
/// </remarks>
internal static unsafe class FewComponents
{
    /// <summary>Largest number of components.</summary>
    public const int Most = 4;

    // Terms that the error kernel adds up in two sums.
    private const int Paired = 6;

    /// <returns>Whether every element of the result is finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Combine<T, TComponents>(in BoundTerms<T> terms, T* rows, nint* offsets, T* origin, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComponents : struct, ITermCount
    {
        T* weight = terms.Weights;
        T* end = weight + terms.Count;
        int* index = terms.Indices;
        T sum0 = origin[0];
        T sum1 = TComponents.Count > 1 ? origin[1] : T.Zero;
        T sum2 = TComponents.Count > 2 ? origin[2] : T.Zero;
        T sum3 = TComponents.Count > 3 ? origin[3] : T.Zero;
        for (; weight < end; weight++, index++)
        {
            Add<T, TComponents>(*weight, rows + offsets[(uint)*index], ref sum0, ref sum1, ref sum2, ref sum3);
        }

        // Zero times a number is zero, and not a number otherwise.
        T notFinite = sum0 * T.Zero;
        destination[0] = sum0;
        if (TComponents.Count > 1)
        {
            destination[1] = sum1;
            notFinite = FusedArithmetic.MultiplyAdd(sum1, T.Zero, notFinite);
        }

        if (TComponents.Count > 2)
        {
            destination[2] = sum2;
            notFinite = FusedArithmetic.MultiplyAdd(sum2, T.Zero, notFinite);
        }

        if (TComponents.Count > 3)
        {
            destination[3] = sum3;
            notFinite = FusedArithmetic.MultiplyAdd(sum3, T.Zero, notFinite);
        }

        return notFinite == T.Zero;
    }

    /// <summary>The sum of <see cref="ErrorKernel.SumOfSquares"/>, as a vector of at least so many lanes adds it up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SumOfSquares<T, TComponents>(in BoundTerms<T> terms, T* before, T* after, T absolute, T relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComponents : struct, ITermCount
    {
        // Even terms and odd ones, and from the seventh on all with the even: the order of the kernel, in which a term that is missing has weight zero.
        T* rows = terms.Rows, weights = terms.Weights;
        nint* offsets = terms.Offsets;
        int* indices = terms.Indices;
        int count = terms.Count, paired = Math.Min(count, Paired) & ~1;
        T even0 = T.Zero, even1 = T.Zero, even2 = T.Zero, even3 = T.Zero;
        T odd0 = T.Zero, odd1 = T.Zero, odd2 = T.Zero, odd3 = T.Zero;
        int j = 0;
        for (; j < paired; j += 2)
        {
            Add<T, TComponents>(weights[j], rows + offsets[(uint)indices[j]], ref even0, ref even1, ref even2, ref even3);
            Add<T, TComponents>(weights[j + 1], rows + offsets[(uint)indices[j + 1]], ref odd0, ref odd1, ref odd2, ref odd3);
        }

        for (; j < count; j++)
        {
            Add<T, TComponents>(weights[j], rows + offsets[(uint)indices[j]], ref even0, ref even1, ref even2, ref even3);
        }

        T sum = Square(even0 + odd0, before[0], after[0], absolute, relative);
        if (TComponents.Count > 1)
        {
            sum += Square(even1 + odd1, before[1], after[1], absolute, relative);
        }

        if (TComponents.Count > 3)
        {
            return double.CreateTruncating(
                sum + (Square(even2 + odd2, before[2], after[2], absolute, relative) + Square(even3 + odd3, before[3], after[3], absolute, relative)));
        }

        return double.CreateTruncating(TComponents.Count > 2 ? sum + Square(even2 + odd2, before[2], after[2], absolute, relative) : sum);
    }

    /// <summary>Adds a term to the sum of each component.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T, TComponents>(T weight, T* row, ref T sum0, ref T sum1, ref T sum2, ref T sum3)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TComponents : struct, ITermCount
    {
        sum0 = FusedArithmetic.MultiplyAdd(weight, row[0], sum0);
        if (TComponents.Count > 1)
        {
            sum1 = FusedArithmetic.MultiplyAdd(weight, row[1], sum1);
        }

        if (TComponents.Count > 2)
        {
            sum2 = FusedArithmetic.MultiplyAdd(weight, row[2], sum2);
        }

        if (TComponents.Count > 3)
        {
            sum3 = FusedArithmetic.MultiplyAdd(weight, row[3], sum3);
        }
    }

    /// <summary>The square of a component's error in units of its tolerance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Square<T>(T error, T before, T after, T absolute, T relative)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scaled = error / FusedArithmetic.MultiplyAdd(relative, T.MaxNative(T.Abs(before), T.Abs(after)), absolute);
        return scaled * scaled;
    }
}
