using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// A field beyond a step's end, where it must not be evaluated: a polynomial of degree 4 in time through five times within the step, at one state.
/// </summary>
/// <remarks>Exact for fields that do not depend on time, and of the order that a method of order 5 needs.</remarks>
internal sealed class TimeExtrapolation<T>(int length) : IVectorField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int Count = 5;

    // Chebyshev's extreme points on [0, 1].
    private static readonly double[] s_nodes = [.. Enumerable.Range(0, Count).Select(i => 0.5 * (1 + Math.Cos(Math.PI * i / (Count - 1))))];

    private readonly T[] _value = new T[length];
    private readonly double[] _weights = new double[Count];

    public IVectorField<T> Inner { get; set; } = null!;

    /// <summary>Start of the step.</summary>
    public double Start { get; private set; }

    /// <summary>Its end.</summary>
    public double End { get; private set; }

    public void SetStep(double start, double end) => (Start, End) = (start, end);

    /// <summary>The times within a step and their weights for one beyond it.</summary>
    /// <param name="start">Start of the step.</param>
    /// <param name="end">Its end.</param>
    /// <param name="t">A time.</param>
    /// <param name="times">Destination, <see cref="Count"/>.</param>
    /// <param name="weights">Destination, <see cref="Count"/>.</param>
    public static void Weigh(double start, double end, double t, Span<double> times, Span<double> weights)
    {
        double theta = (t - start) / (end - start);
        for (int i = 0; i < Count; i++)
        {
            times[i] = i == 0 ? end : i == Count - 1 ? start : start + (s_nodes[i] * (end - start));
            weights[i] = 1;
            for (int j = 0; j < Count; j++)
            {
                weights[i] *= j == i ? 1 : (theta - s_nodes[j]) / (s_nodes[i] - s_nodes[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        if (!((t - End) * (End - Start) > 0))
        {
            Inner.Evaluate(t, z, dz);
            return;
        }

        Span<double> times = stackalloc double[Count];
        Weigh(Start, End, t, times, _weights);
        dz.Clear();
        for (int i = 0; i < Count; i++)
        {
            Inner.Evaluate(times[i], z, _value);
            T weight = T.CreateTruncating(_weights[i]);
            for (int j = 0; j < dz.Length; j++)
            {
                dz[j] += weight * _value[j];
            }
        }
    }
}
