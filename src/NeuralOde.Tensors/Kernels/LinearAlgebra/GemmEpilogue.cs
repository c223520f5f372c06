using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Tensors.Kernels;

/// <summary>
/// What follows a product while its result is still in the cache. It runs over the whole of C as one sequence rather than inside the
/// tiles: four vectors in lock-step hide the latency of a tanh, no lane is wasted at the end of a short row, and the kernels need
/// not be compiled once more for each activation.
/// </summary>
internal static unsafe class GemmEpilogue<T, TVector>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct, ISimdVector<TVector, T>
{
    /// <summary>c = f(c), over <paramref name="length"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperator>(T* c, nint length)
        where TOperator : struct, IUnaryOperator<T>
    {
        nint i = 0;
        for (; i < length; i += TVector.Count)
        {
            int count = (int)nint.Min(TVector.Count, length - i);
            TVector.StorePartial(TOperator.Invoke(TVector.LoadPartial(c + i, count)), c + i, count);
        }
    }

    /// <summary>c = f(c, y), over <paramref name="length"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TOperator>(T* c, T* y, nint length)
        where TOperator : struct, IBinaryOperator<T>
    {
        nint i = 0;
        for (; i <= length - TVector.Count; i += TVector.Count)
        {
            TVector.Store(TOperator.Invoke(TVector.Load(c + i), TVector.Load(y + i)), c + i);
        }

        if (i < length)
        {
            int count = (int)(length - i);
            TVector.StorePartial(TOperator.Invoke(TVector.LoadPartial(c + i, count), TVector.LoadPartial(y + i, count)), c + i, count);
        }
    }
}
