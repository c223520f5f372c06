namespace NeuralOde.Solvers;

/// <summary>
/// The right-hand side of a small problem as a function from values to values. As a structure it is compiled into the loop over the steps
/// (<see cref="InlinedField{T, TState, TField}"/>).
/// </summary>
/// <typeparam name="TState">The state: <see cref="State1{T}"/> to <see cref="State4{T}"/>.</typeparam>
public interface IStateField<TState>
    where TState : struct
{
    /// <summary>Returns <c>f(t, z)</c>.</summary>
    /// <param name="t">Time, always within the interval that is solved.</param>
    /// <param name="z">State.</param>
    /// <returns>Its derivative.</returns>
    TState Evaluate(double t, TState z);
}
