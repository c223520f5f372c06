using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>A state of two components, or its derivative.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="X">The first component.</param>
/// <param name="Y">The second component.</param>
public readonly record struct State2<T>(T X, T Y) : IState<State2<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Lanes behind the last component are zero, and stay so.
    private readonly Vector128<T> _components = StateVectors.Create128(X, Y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private State2(Vector128<T> components)
        : this(default, default) => _components = components;

    /// <summary>The first component.</summary>
    public T X => _components[0];

    /// <summary>The second component.</summary>
    public T Y => _components[1];

    static int IState<State2<T>, T>.Length => 2;

    /// <summary>Makes a vector field that is compiled into the loop over the steps.</summary>
    /// <typeparam name="TField">Type of the function; a structure.</typeparam>
    /// <param name="field">Function.</param>
    /// <returns>The field.</returns>
    public static InlinedField<T, State2<T>, TField> Field<TField>(TField field)
        where TField : struct, IStateField<State2<T>> => new(field);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State2<T> IState<State2<T>, T>.Read(ReadOnlySpan<T> source) => new(source[0], source[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IState<State2<T>, T>.Write(Span<T> destination)
    {
        destination[0] = X;
        destination[1] = Y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State2<T> IState<State2<T>, T>.MultiplyAdd(T weight, State2<T> x, State2<T> sum) => new(StateVectors.MultiplyAdd(weight, x._components, sum._components));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State2<T> IState<State2<T>, T>.Add(State2<T> x, State2<T> y) => new(x._components + y._components);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IState<State2<T>, T>.IsFinite(State2<T> x) => StateVectors.IsFinite(x._components);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IState<State2<T>, T>.SumOfSquares(State2<T> even, State2<T> odd, State2<T> before, State2<T> after, T absolute, T relative)
    {
        Vector128<T> squares = StateVectors.Squares(even._components + odd._components, before._components, after._components, absolute, relative);
        return squares[0] + squares[1];
    }
}
