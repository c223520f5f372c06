using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuralOde.Tensors.Kernels;

/// <summary>Transposes matrices by blocks of 4 by 4, 4 by 2 and 2 by 4 in registers, where the machine has the shuffles, and element by element elsewhere.</summary>
internal static unsafe class Transposition<T> where T : unmanaged
{
    private static bool HasBlocks
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (typeof(T) == typeof(float) || typeof(T) == typeof(double)) && Avx.IsSupported;
    }

    /// <summary>destination[j, i] = source[i, j], for the rows i and columns j of the source; the steps are the elements from one row to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(T* source, nint sourceStep, nint rows, nint columns, T* destination, nint destinationStep)
    {
        nint i = 0;
        if (HasBlocks)
        {
            // Eight rows at a time write half a cache line of floats at once, and read from no more lines than one set of the first-level
            // cache holds, where the source step is a power of two and they all fall into the same set.
            for (; i + 8 <= rows; i += 8)
            {
                T* from = source + (i * sourceStep);
                T* to = destination + i;
                nint j = 0;
                for (; j + 4 <= columns; j += 4)
                {
                    Block4x4(from + j, sourceStep, to, destinationStep);
                    Block4x4(from + (4 * sourceStep) + j, sourceStep, to + 4, destinationStep);
                    to += 4 * destinationStep;
                }

                if (j + 2 <= columns)
                {
                    Block4x2(from + j, sourceStep, to, destinationStep);
                    Block4x2(from + (4 * sourceStep) + j, sourceStep, to + 4, destinationStep);
                    to += 2 * destinationStep;
                    j += 2;
                }

                Elements(from + j, sourceStep, 8, columns - j, to, destinationStep);
            }

            if (i + 4 <= rows)
            {
                T* from = source + (i * sourceStep);
                T* to = destination + i;
                nint j = 0;
                for (; j + 4 <= columns; j += 4)
                {
                    Block4x4(from + j, sourceStep, to, destinationStep);
                    to += 4 * destinationStep;
                }

                if (j + 2 <= columns)
                {
                    Block4x2(from + j, sourceStep, to, destinationStep);
                    to += 2 * destinationStep;
                    j += 2;
                }

                Elements(from + j, sourceStep, 4, columns - j, to, destinationStep);
                i += 4;
            }

            if (i + 2 <= rows)
            {
                T* from = source + (i * sourceStep);
                T* to = destination + i;
                nint j = 0;
                for (; j + 4 <= columns; j += 4)
                {
                    Block2x4(from + j, sourceStep, to, destinationStep);
                    to += 4 * destinationStep;
                }

                Elements(from + j, sourceStep, 2, columns - j, to, destinationStep);
                i += 2;
            }
        }

        Elements(source + (i * sourceStep), sourceStep, rows - i, columns, destination + i, destinationStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Elements(T* source, nint sourceStep, nint rows, nint columns, T* destination, nint destinationStep)
    {
        for (nint j = 0; j < columns; j++)
        {
            T* from = source + j;
            for (nint i = 0; i < rows; i++)
            {
                destination[i] = *from;
                from += sourceStep;
            }

            destination += destinationStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block4x4(T* source, nint sourceStep, T* destination, nint destinationStep)
    {
        if (typeof(T) == typeof(float))
        {
            var r0 = Vector128.Load((float*)source);
            var r1 = Vector128.Load((float*)(source + sourceStep));
            var r2 = Vector128.Load((float*)(source + (2 * sourceStep)));
            var r3 = Vector128.Load((float*)(source + (3 * sourceStep)));
            Vector128<float> low01 = Sse.UnpackLow(r0, r1);
            Vector128<float> low23 = Sse.UnpackLow(r2, r3);
            Vector128<float> high01 = Sse.UnpackHigh(r0, r1);
            Vector128<float> high23 = Sse.UnpackHigh(r2, r3);
            Sse.MoveLowToHigh(low01, low23).Store((float*)destination);
            Sse.MoveHighToLow(low23, low01).Store((float*)(destination + destinationStep));
            Sse.MoveLowToHigh(high01, high23).Store((float*)(destination + (2 * destinationStep)));
            Sse.MoveHighToLow(high23, high01).Store((float*)(destination + (3 * destinationStep)));
        }
        else
        {
            var r0 = Vector256.Load((double*)source);
            var r1 = Vector256.Load((double*)(source + sourceStep));
            var r2 = Vector256.Load((double*)(source + (2 * sourceStep)));
            var r3 = Vector256.Load((double*)(source + (3 * sourceStep)));
            Vector256<double> even01 = Avx.UnpackLow(r0, r1);
            Vector256<double> odd01 = Avx.UnpackHigh(r0, r1);
            Vector256<double> even23 = Avx.UnpackLow(r2, r3);
            Vector256<double> odd23 = Avx.UnpackHigh(r2, r3);
            Avx.Permute2x128(even01, even23, 0x20).Store((double*)destination);
            Avx.Permute2x128(odd01, odd23, 0x20).Store((double*)(destination + destinationStep));
            Avx.Permute2x128(even01, even23, 0x31).Store((double*)(destination + (2 * destinationStep)));
            Avx.Permute2x128(odd01, odd23, 0x31).Store((double*)(destination + (3 * destinationStep)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block4x2(T* source, nint sourceStep, T* destination, nint destinationStep)
    {
        if (typeof(T) == typeof(float))
        {
            Vector128<float> low01 = Sse.UnpackLow(LoadPair(source), LoadPair(source + sourceStep));
            Vector128<float> low23 = Sse.UnpackLow(LoadPair(source + (2 * sourceStep)), LoadPair(source + (3 * sourceStep)));
            Sse.MoveLowToHigh(low01, low23).Store((float*)destination);
            Sse.MoveHighToLow(low23, low01).Store((float*)(destination + destinationStep));
        }
        else
        {
            Block2x2(source, sourceStep, destination, destinationStep);
            Block2x2(source + (2 * sourceStep), sourceStep, destination + 2, destinationStep);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block2x4(T* source, nint sourceStep, T* destination, nint destinationStep)
    {
        if (typeof(T) == typeof(float))
        {
            var r0 = Vector128.Load((float*)source);
            var r1 = Vector128.Load((float*)(source + sourceStep));
            Vector128<float> low = Sse.UnpackLow(r0, r1);
            Vector128<float> high = Sse.UnpackHigh(r0, r1);
            Sse.StoreLow((float*)destination, low);
            Sse.StoreHigh((float*)(destination + destinationStep), low);
            Sse.StoreLow((float*)(destination + (2 * destinationStep)), high);
            Sse.StoreHigh((float*)(destination + (3 * destinationStep)), high);
        }
        else
        {
            Block2x2(source, sourceStep, destination, destinationStep);
            Block2x2(source + 2, sourceStep, destination + (2 * destinationStep), destinationStep);
        }
    }

    /// <summary>Of doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block2x2(T* source, nint sourceStep, T* destination, nint destinationStep)
    {
        var r0 = Vector128.Load((double*)source);
        var r1 = Vector128.Load((double*)(source + sourceStep));
        Sse2.UnpackLow(r0, r1).Store((double*)destination);
        Sse2.UnpackHigh(r0, r1).Store((double*)(destination + destinationStep));
    }

    /// <summary>Two floats in the low half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> LoadPair(T* source) => Vector128.CreateScalarUnsafe(*(double*)source).AsSingle();
}
