using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>Arithmetic on blocks of lanes, <c>[components, lanes]</c>: every lane is computed alike and by itself.</summary>
internal static unsafe class LaneKernels
{
    /// <summary><c>destination[c, i] = source[c, i]</c> where the mask of a lane is set.</summary>
    public static void Select<T>(T* mask, T* source, T* destination, int components, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorDispatch.Run<T, SelectCall<T>>(new(mask, source, destination, components, lanes), SimdWidths.Best);

    /// <summary>
    /// <c>sums[i] = Σ_c (error[c, i] / (absolute[c] + relative max(|before[c, i]|, |after[c, i]|)))²</c> over the components of a norm, or the largest term of the
    /// sum; not a number where the state after is not finite.
    /// </summary>
    public static void SumOfSquares<T>(T* error, T* before, T* after, T* sums, double* absolute, double relative, ErrorNorm norm, int components, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => VectorDispatch.Run<T, NormCall<T>>(new(error, before, after, sums, absolute, relative, norm, components, lanes), SimdWidths.Best);

    /// <summary>Times of a stage, not beyond the step's end: <c>t + c h</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StageTimes(double* t, double* end, double* h, double c, double* times, int lanes)
    {
        for (int i = 0; i < lanes; i += Vector512<double>.Count)
        {
            Vector512<double> limit = Vector512.Load(end + i), size = Vector512.Load(h + i);
            Vector512<double> time = Vector512.Load(t + i) + (c * size);
            var clamped = Vector512.ConditionalSelect(
                Vector512.GreaterThan(size, Vector512<double>.Zero), Vector512.Min(time, limit), Vector512.Max(time, limit));
            clamped.Store(times + i);
        }
    }

    /// <summary>Times on equal steps: <c>from + (to − from)(taken / count)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StepEnds(double* from, double* to, double* taken, double* count, double* end, int lanes)
    {
        for (int i = 0; i < lanes; i += Vector512<double>.Count)
        {
            Vector512<double> start = Vector512.Load(from + i), stop = Vector512.Load(to + i), n = Vector512.Load(count + i);
            var k = Vector512.Load(taken + i);
            Vector512<double> inside = start + ((stop - start) * (k / n));
            Vector512.ConditionalSelect(Vector512.Equals(k, n), stop, inside).Store(end + i);
        }
    }

    /// <summary>
    /// Factors from a step to the next: <c>safety · ‖e‖^(−exponent)</c>, and where the step is within the tolerance also <c>· ‖e_previous‖^memory</c>.
    /// </summary>
    /// <param name="squares"><c>‖e‖²</c>.</param>
    /// <param name="logs">Receives <c>log ‖e‖</c>.</param>
    /// <param name="logPrevious"><c>log ‖e_previous‖</c>.</param>
    /// <param name="factors">Receives the factors.</param>
    /// <param name="logSafety">Logarithm of the safety factor.</param>
    /// <param name="exponent">Exponent of the error.</param>
    /// <param name="memory">Exponent of the previous one.</param>
    /// <param name="lanes">Number of lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Factors(double* squares, double* logs, double* logPrevious, double* factors, double logSafety, double exponent, double memory, int lanes)
    {
        Vector512<double> smallest = Vector512.Create(1e-60), one = Vector512<double>.One;
        for (int i = 0; i < lanes; i += Vector512<double>.Count)
        {
            var square = Vector512.Load(squares + i);
            Vector512<double> log = 0.5 * Vector512.Log(Vector512.Max(square, smallest));
            var remembered = Vector512.ConditionalSelect(
                Vector512.LessThanOrEqual(square, one), memory * Vector512.Load(logPrevious + i), Vector512<double>.Zero);
            Vector512.Exp(Vector512.Create(logSafety) - (exponent * log) + remembered).Store(factors + i);
            log.Store(logs + i);
        }
    }

    private readonly struct SelectCall<T>(T* mask, T* source, T* destination, int components, int lanes) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T> => SelectLoop<TVector, T>(mask, source, destination, components, lanes);
    }

    private readonly struct NormCall<T>(T* error, T* before, T* after, T* sums, double* absolute, double relative, ErrorNorm norm, int components, int lanes) : IVectorKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TVector>()
            where TVector : struct, ISimdVector<TVector, T>
        {
            if (norm.Function is null)
            {
                SumLoop<TVector, T>(error, before, after, sums, absolute, relative, norm.Start, norm.Start + norm.Length, components, lanes);
            }
            else
            {
                MaximumLoop<TVector, T>(error, before, after, sums, absolute, relative, norm.Start, norm.Start + norm.Length, components, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SelectLoop<TVector, T>(T* mask, T* source, T* destination, int components, int lanes)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector zero = TVector.Constant(0);
        for (int c = 0; c < components; c++)
        {
            T* from = source + ((nint)c * lanes);
            T* to = destination + ((nint)c * lanes);
            for (nint i = 0; i < lanes; i += TVector.Count)
            {
                TVector isKept = TVector.Equal(TVector.Load(mask + i), zero);
                TVector.Store(TVector.Select(isKept, TVector.Load(to + i), TVector.Load(from + i)), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void SumLoop<TVector, T>(T* error, T* before, T* after, T* sums, double* absolute, double relative, int first, int end, int components, int lanes)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector rtol = TVector.Constant(relative), zero = TVector.Constant(0);
        for (nint i = 0; i < lanes; i += TVector.Count)
        {
            TVector sum = zero;
            for (int c = 0; c < components; c++)
            {
                nint at = ((nint)c * lanes) + i;
                TVector state = TVector.Load(after + at);
                if (c >= first && c < end)
                {
                    TVector magnitude = TVector.MaxNative(TVector.Abs(TVector.Load(before + at)), TVector.Abs(state));
                    TVector scaled = TVector.Load(error + at) / TVector.MultiplyAdd(rtol, magnitude, TVector.Constant(absolute[c]));
                    sum = TVector.MultiplyAdd(scaled, scaled, sum);
                }

                // Zero times a number is zero, and not a number otherwise.
                sum = TVector.MultiplyAdd(state, zero, sum);
            }

            TVector.Store(sum, sums + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MaximumLoop<TVector, T>(T* error, T* before, T* after, T* sums, double* absolute, double relative, int first, int end, int components, int lanes)
        where TVector : struct, ISimdVector<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TVector rtol = TVector.Constant(relative), zero = TVector.Constant(0);
        for (nint i = 0; i < lanes; i += TVector.Count)
        {
            TVector largest = zero, poison = zero;
            for (int c = 0; c < components; c++)
            {
                nint at = ((nint)c * lanes) + i;
                TVector state = TVector.Load(after + at);
                if (c >= first && c < end)
                {
                    TVector magnitude = TVector.MaxNative(TVector.Abs(TVector.Load(before + at)), TVector.Abs(state));
                    TVector scaled = TVector.Load(error + at) / TVector.MultiplyAdd(rtol, magnitude, TVector.Constant(absolute[c]));
                    TVector square = scaled * scaled;
                    largest = TVector.MaxNative(largest, square);
                    poison = TVector.MultiplyAdd(square, zero, poison);
                }

                poison = TVector.MultiplyAdd(state, zero, poison);
            }

            TVector.Store(largest + poison, sums + i);
        }
    }
}
