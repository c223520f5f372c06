using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Vectors;

/// <summary>The widths at which a kernel can run.</summary>
internal enum SimdWidth
{
    /// <summary>The width that is <see cref="SimdWidths.Best"/> on this machine.</summary>
    Best,

    /// <summary>One element at a time.</summary>
    Scalar,

    /// <summary>128-bit vectors: ARM, and x64 without AVX2.</summary>
    V128,

    /// <summary>256-bit vectors: AVX2.</summary>
    V256,

    /// <summary>512-bit vectors: AVX-512.</summary>
    V512,
}

/// <summary>What this machine can do.</summary>
internal static class SimdWidths
{
    /// <summary>The widest vectors that are faster than narrower ones here: what every kernel uses unless told otherwise.</summary>
    public static SimdWidth Best
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? SimdWidth.V512
            : Vector256.IsHardwareAccelerated ? SimdWidth.V256
            : Vector128.IsHardwareAccelerated ? SimdWidth.V128
            : SimdWidth.Scalar;
    }

    /// <summary>The width itself, or that of this machine where none is named. The compiler knows it where it knows the argument.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdWidth OrBest(this SimdWidth width) => width == SimdWidth.Best ? Best : width;

    /// <summary>How many elements of a size, in bytes, a vector of this width has.</summary>
    public static int Lanes(this SimdWidth width, int elementSize) => width.OrBest() switch
    {
        SimdWidth.V512 => 64 / elementSize,
        SimdWidth.V256 => 32 / elementSize,
        SimdWidth.V128 => 16 / elementSize,
        _ => 1,
    };
}
