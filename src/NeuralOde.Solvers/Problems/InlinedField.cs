using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralOde.Solvers;

/// <summary>
/// A vector field of one to four components that is compiled into the loop over the steps, with the state and the stages in registers: the fastest form of a small problem.
/// It is made by <see cref="State2{T}.Field{TField}(TField)"/> and its like.
/// </summary>
/// <remarks>
/// With the same <see cref="AdaptiveSteps.HoldFrom"/>, which by default is 0.2 here, solutions are the same to the bit as those of the same function in any other form, and
/// everything that a field serves for is the same. The loop of its own serves methods
/// of seven stages of which the last is shared with the next step (<see cref="Dopri5"/>, <see cref="Tsit5"/>, a user's) with <see cref="AdaptiveSteps"/>, and solves
/// without events, recording, times to land on, progress and a norm of its own; all others go the usual way.
/// Mark the function with <see cref="MethodImplOptions.AggressiveInlining"/>: the loop is long, so the compiler does not inline it by itself.
/// </remarks>
/// <example><code>
/// readonly struct LotkaVolterra(double birth, double death) : IStateField&lt;State2&lt;double&gt;&gt;
/// {
///     [MethodImpl(MethodImplOptions.AggressiveInlining)]
///     public State2&lt;double&gt; Evaluate(double t, State2&lt;double&gt; z) =&gt; new((birth * z.X) - (z.X * z.Y), (z.X * z.Y) - (death * z.Y));
/// }
///
/// var populations = Ode.Solve(State2&lt;double&gt;.Field(new LotkaVolterra(1.5, 3)), [1.0, 1.0], times);
/// </code></example>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TState">The state.</typeparam>
/// <typeparam name="TField">The function.</typeparam>
/// <param name="field">The function.</param>
public sealed class InlinedField<T, TState, TField>(TField field) : IVectorField<T>, IInlinedField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TState : struct, IState<TState, T>
    where TField : struct, IStateField<TState>
{
    int IInlinedField<T>.Length => TState.Length;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The state has another number of components.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double t, ReadOnlySpan<T> z, Span<T> dz)
    {
        if (z.Length != TState.Length || dz.Length != TState.Length)
        {
            throw new ArgumentException($"The state has {z.Length} components and the derivative {dz.Length}; the field is of {TState.Length}.", nameof(z));
        }

        field.Evaluate(t, TState.Read(z)).Write(dz);
    }

    void IInlinedField<T>.Advance(ref InlinedSolve<T> solve, ref OutputPlan<T> outputs)
    {
        if (solve.Tableau.HasSecondWeight)
        {
            InlinedSteps<T, TState, TField, WithSecondWeight>.Run(field, ref solve, ref outputs);
        }
        else
        {
            InlinedSteps<T, TState, TField, WithoutSecondWeight>.Run(field, ref solve, ref outputs);
        }
    }
}
