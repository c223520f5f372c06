using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NeuralOde.Vectors;

/// <summary>Multiply-adds: with one rounding where the processor has such an instruction, with two elsewhere.</summary>
/// <remarks>
/// Old virtual machines, x64 under emulation and WebAssembly have none, and one rounding in software takes a hundred times as long. So kernels multiply and add there, at
/// every width alike: the bits are those of no other machine, but the same for all widths and any number of threads.
/// </remarks>
internal static class FusedArithmetic
{
    /// <summary>Whether the processor multiplies and adds with one rounding. The compiler knows the answer.</summary>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MultiplyAdd<T>(T a, T b, T c) where T : unmanaged, IBinaryFloatingPointIeee754<T> => IsSupported ? T.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    /// <summary>
    /// c − a·b for products that nearly cancel c, as in the reduction of an argument: the subtraction counts the product's rounding error, so that nothing is lost where a
    /// processor does not multiply and add with one rounding.
    /// </summary>
    /// <remarks>The error of a product by T. J. Dekker, Numerische Mathematik 18 (1971): exact while neither half overflows or underflows.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Cancel<TVector, T>(TVector a, TVector b, TVector c)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsSupported)
        {
            return TVector.NegateMultiplyAdd(a, b, c);
        }

        // The upper half of the bits of each factor, and the rest: their products are exact.
        TVector upper = TVector.FromBits(typeof(T) == typeof(float) ? 0xFFFFF000 : unchecked((long)0xFFFFFFFFF8000000));
        TVector product = a * b;
        TVector highA = a & upper;
        TVector highB = b & upper;
        TVector lowA = a - highA;
        TVector lowB = b - highB;
        TVector error = (((highA * highB) - product) + (highA * lowB) + (lowA * highB)) + (lowA * lowB);
        return (c - product) - error;
    }
}
