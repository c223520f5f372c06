using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Tensors;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>
/// The most fused multiply-adds a second that a loop gets which reads its operands from the first-level cache, as a matrix product must:
/// rows of broadcast elements times two vectors, summed in registers. It is what products are held against.
/// </summary>
internal static unsafe class PeakWorkload
{
    private const int Terms = 64;
    private const int Rows = 6;

    /// <summary>Floating-point operations of one repetition; a fused multiply-add counts as two.</summary>
    public static double OperationsOf<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => 2.0 * Rows * 2 * Terms * Count<T>();

    public static Action<int> Create<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // On cache lines: a vector of 64 bytes across two of them takes two reads, and where an array happens to lie would decide about the peak.
        Buffer<T> a = AlignedValues.Zeros<T>(Rows * Terms), b = AlignedValues.Zeros<T>(2 * Terms * Count<T>()), c = AlignedValues.Zeros<T>(Rows * 2 * Count<T>());
        a.Span.Fill(T.CreateTruncating(0.5));
        b.Span.Fill(T.CreateTruncating(0.25));
        return n =>
        {
            VectorDispatch.Run<T, Call<T>>(new(a.Pointer, b.Pointer, c.Pointer, n), SimdWidths.Best);
            GC.KeepAlive((a, b, c));
        };
    }

    private static int Count<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => SimdWidths.Best.Lanes(Unsafe.SizeOf<T>());

    private readonly struct Call<T>(T* a, T* b, T* c, int repetitions) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => Loop<TVector, T>(a, b, c, repetitions);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<TVector, T>(T* a, T* b, T* c, int repetitions)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            TVector c00 = TVector.Constant(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
            TVector c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
            T* pa = a;
            T* pb = b;
            for (int p = 0; p < Terms; p++)
            {
                TVector b0 = TVector.Load(pb), b1 = TVector.Load(pb + TVector.Count);
                TVector x = TVector.Create(pa[0]);
                c00 = TVector.MultiplyAdd(x, b0, c00);
                c01 = TVector.MultiplyAdd(x, b1, c01);
                x = TVector.Create(pa[1]);
                c10 = TVector.MultiplyAdd(x, b0, c10);
                c11 = TVector.MultiplyAdd(x, b1, c11);
                x = TVector.Create(pa[2]);
                c20 = TVector.MultiplyAdd(x, b0, c20);
                c21 = TVector.MultiplyAdd(x, b1, c21);
                x = TVector.Create(pa[3]);
                c30 = TVector.MultiplyAdd(x, b0, c30);
                c31 = TVector.MultiplyAdd(x, b1, c31);
                x = TVector.Create(pa[4]);
                c40 = TVector.MultiplyAdd(x, b0, c40);
                c41 = TVector.MultiplyAdd(x, b1, c41);
                x = TVector.Create(pa[5]);
                c50 = TVector.MultiplyAdd(x, b0, c50);
                c51 = TVector.MultiplyAdd(x, b1, c51);
                pa += Rows;
                pb += 2 * TVector.Count;
            }

            TVector.Store(c00, c);
            TVector.Store(c01 + c10, c + TVector.Count);
            TVector.Store(c11 + c20, c + (2 * TVector.Count));
            TVector.Store(c21 + c30, c + (3 * TVector.Count));
            TVector.Store(c31 + c40, c + (4 * TVector.Count));
            TVector.Store(c41 + c50, c + (5 * TVector.Count));
            TVector.Store(c51, c + (6 * TVector.Count));
        }
    }
}
