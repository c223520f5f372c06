using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>A state of three components, or its derivative.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="X">The first component.</param>
/// <param name="Y">The second component.</param>
/// <param name="Z">The third component.</param>
public readonly record struct State3<T>(T X, T Y, T Z) : IState<State3<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Lanes behind the last component are zero, and stay so.
    private readonly Vector256<T> _components = StateVectors.Create256(X, Y, Z, T.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private State3(Vector256<T> components)
        : this(default, default, default) => _components = components;

    /// <summary>The first component.</summary>
    public T X => _components[0];

    /// <summary>The second component.</summary>
    public T Y => _components[1];

    /// <summary>The third component.</summary>
    public T Z => _components[2];

    static int IState<State3<T>, T>.Length => 3;

    /// <summary>Makes a vector field that is compiled into the loop over the steps.</summary>
    /// <typeparam name="TField">Type of the function; a structure.</typeparam>
    /// <param name="field">Function.</param>
    /// <returns>The field.</returns>
    public static InlinedField<T, State3<T>, TField> Field<TField>(TField field)
        where TField : struct, IStateField<State3<T>> => new(field);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State3<T> IState<State3<T>, T>.Read(ReadOnlySpan<T> source) => new(source[0], source[1], source[2]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IState<State3<T>, T>.Write(Span<T> destination)
    {
        destination[0] = X;
        destination[1] = Y;
        destination[2] = Z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State3<T> IState<State3<T>, T>.MultiplyAdd(T weight, State3<T> x, State3<T> sum) => new(StateVectors.MultiplyAdd(weight, x._components, sum._components));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State3<T> IState<State3<T>, T>.Add(State3<T> x, State3<T> y) => new(x._components + y._components);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IState<State3<T>, T>.IsFinite(State3<T> x) => StateVectors.IsFinite(x._components);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IState<State3<T>, T>.SumOfSquares(State3<T> even, State3<T> odd, State3<T> before, State3<T> after, T absolute, T relative)
    {
        Vector256<T> squares = StateVectors.Squares(even._components + odd._components, before._components, after._components, absolute, relative);
        return squares[0] + squares[1] + squares[2];
    }
}
