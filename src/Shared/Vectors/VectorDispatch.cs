using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Vectors;

/// <summary>A call of a kernel, with its arguments, that is still open in the width of its vectors.</summary>
/// <remarks>
/// A small structure of the arguments, whose <see cref="Run"/> is inlined and calls the kernel's loop: arguments then travel in registers, as in a
/// call that is written out. A kernel with many arguments is the structure, and its loop reads them from it.
/// </remarks>
internal interface IVectorKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    void Run<TVector>() where TVector : struct, ISimdVector<TVector, T>;
}

/// <summary>The same for a kernel that returns a value.</summary>
internal interface IVectorFunction<T, TResult> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TResult Run<TVector>() where TVector : struct, ISimdVector<TVector, T>;
}

/// <summary>The same for a kernel that also needs a block of vectors, with the same number of lanes at every width: 64 of floats, 32 of doubles.</summary>
internal interface IBlockFunction<T, TResult> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TResult Run<TVector, TBlock>() where TVector : struct, ISimdVector<TVector, T> where TBlock : struct, ISimdVector<TBlock, T>;
}

/// <summary>Runs kernels at a width of vectors: the only place that turns a width into a type.</summary>
/// <remarks>
/// The choice is made once for each call of a kernel, outside its loops. Where the width is <see cref="SimdWidths.Best"/> the compiler knows it, and nothing is left of the
/// choice. Full optimization is asked for as well, for the callers in which the compiler's budget for inlining has run out: a call that stays one is not slow code at first.
/// </remarks>
internal static class VectorDispatch
{
    /// <summary>Runs a kernel with vectors of a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, TKernel>(TKernel kernel, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IVectorKernel<T>, allows ref struct
    {
        switch (width.OrBest())
        {
            case SimdWidth.V512: kernel.Run<Simd512<T>>(); break;
            case SimdWidth.V256: kernel.Run<Simd256<T>>(); break;
            case SimdWidth.V128: kernel.Run<Simd128<T>>(); break;
            default: kernel.Run<SimdScalar<T>>(); break;
        }
    }

    /// <summary>The value of a kernel with vectors of a given width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static TResult Run<T, TKernel, TResult>(TKernel kernel, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IVectorFunction<T, TResult>, allows ref struct
        => width.OrBest() switch
        {
            SimdWidth.V512 => kernel.Run<Simd512<T>>(),
            SimdWidth.V256 => kernel.Run<Simd256<T>>(),
            SimdWidth.V128 => kernel.Run<Simd128<T>>(),
            _ => kernel.Run<SimdScalar<T>>(),
        };

    /// <summary>The value of a kernel with vectors of a given width and blocks of them. Without vector hardware, 128-bit vectors in software.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static TResult RunInBlocks<T, TKernel, TResult>(TKernel kernel, SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : struct, IBlockFunction<T, TResult>, allows ref struct
        => width.OrBest() switch
        {
            SimdWidth.V512 => kernel.Run<Simd512<T>, Lockstep2<Lockstep2<Simd512<T>, T>, T>>(),
            SimdWidth.V256 => kernel.Run<Simd256<T>, Lockstep2<Lockstep2<Lockstep2<Simd256<T>, T>, T>, T>>(),
            _ => kernel.Run<Simd128<T>, Lockstep2<Lockstep2<Lockstep2<Lockstep2<Simd128<T>, T>, T>, T>, T>>(),
        };
}
