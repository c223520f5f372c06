using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>A vector field with parameters as a function: writes <c>f(t, z, p)</c>.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="t">Time.</param>
/// <param name="z">State.</param>
/// <param name="parameters">Parameters of the problem.</param>
/// <param name="dz">Destination of the derivative.</param>
public delegate void ParametricFieldFunction<T>(double t, ReadOnlySpan<T> z, ReadOnlySpan<T> parameters, Span<T> dz);

/// <summary>Makes fields for batches.</summary>
public static class BatchField
{
    /// <summary>Makes a field that calls a function for one problem after the other. Simple, but without vectors of lanes.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="f">The function; it is called from several threads at once.</param>
    /// <param name="stateLength">Number of components of the state.</param>
    /// <param name="parameterLength">Number of parameters; 0 by default.</param>
    /// <returns>The field.</returns>
    public static IBatchField<T> OneByOne<T>(ParametricFieldFunction<T> f, int stateLength, int parameterLength = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentOutOfRangeException.ThrowIfLessThan(stateLength, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(parameterLength);
        return new Rows<T>(f, stateLength, parameterLength);
    }

    private sealed class Rows<T>(ParametricFieldFunction<T> f, int stateLength, int parameterLength) : IBatchField<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // More than this does not belong on the stack.
        private const int MostOnStack = 512;

        public void Evaluate(in LaneBlock<T> lanes)
        {
            int needed = (2 * stateLength) + parameterLength;
            Span<T> memory = needed <= MostOnStack ? stackalloc T[needed] : new T[needed];
            Span<T> z = memory[..stateLength], dz = memory.Slice(stateLength, stateLength), p = memory[(2 * stateLength)..];
            for (int lane = 0; lane < lanes.Count; lane++)
            {
                if (!lanes.IsActive[lane])
                {
                    continue;
                }

                for (int i = 0; i < z.Length; i++)
                {
                    z[i] = lanes.State(i)[lane];
                }

                for (int i = 0; i < p.Length; i++)
                {
                    p[i] = lanes.Parameter(i)[lane];
                }

                f(lanes.Times[lane], z, p, dz);
                for (int i = 0; i < dz.Length; i++)
                {
                    lanes.Derivative(i)[lane] = dz[i];
                }
            }
        }
    }
}
