using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>Weights times the length of a step, computed in double and rounded once to the type of the state.</summary>
internal static class ScaledWeights
{
    /// <summary>Numbers of weights are multiples of this, so that scaling has no tail.</summary>
    public static int Padded(int length) => (length + Vector256<float>.Count - 1) / Vector256<float>.Count * Vector256<float>.Count;

    /// <summary>Writes <c>h · weight</c> for each of a padded number of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Write<T>(double[] weights, int padded, double h, T* destination)
        where T : unmanaged
    {
        ref double first = ref MemoryMarshal.GetArrayDataReference(weights);
        for (nuint i = 0; i < (nuint)padded; i += (nuint)Vector256<float>.Count)
        {
            Vector256<double> low = Vector256.LoadUnsafe(ref first, i) * h;
            Vector256<double> high = Vector256.LoadUnsafe(ref first, i + (nuint)Vector256<double>.Count) * h;
            if (typeof(T) == typeof(float))
            {
                Vector256.Store(Vector256.Narrow(low, high), (float*)destination + i);
            }
            else
            {
                Vector256.Store(low, (double*)destination + i);
                Vector256.Store(high, (double*)destination + i + Vector256<double>.Count);
            }
        }
    }
}
