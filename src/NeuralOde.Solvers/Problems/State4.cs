using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralOde.Solvers;

/// <summary>A state of four components, or its derivative.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="X">The first component.</param>
/// <param name="Y">The second component.</param>
/// <param name="Z">The third component.</param>
/// <param name="W">The fourth component.</param>
public readonly record struct State4<T>(T X, T Y, T Z, T W) : IState<State4<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Lanes behind the last component are zero, and stay so.
    private readonly Vector256<T> _components = StateVectors.Create256(X, Y, Z, W);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private State4(Vector256<T> components)
        : this(default, default, default, default) => _components = components;

    /// <summary>The first component.</summary>
    public T X => _components[0];

    /// <summary>The second component.</summary>
    public T Y => _components[1];

    /// <summary>The third component.</summary>
    public T Z => _components[2];

    /// <summary>The fourth component.</summary>
    public T W => _components[3];

    static int IState<State4<T>, T>.Length => 4;

    /// <summary>Makes a vector field that is compiled into the loop over the steps.</summary>
    /// <typeparam name="TField">Type of the function; a structure.</typeparam>
    /// <param name="field">Function.</param>
    /// <returns>The field.</returns>
    public static InlinedField<T, State4<T>, TField> Field<TField>(TField field)
        where TField : struct, IStateField<State4<T>> => new(field);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State4<T> IState<State4<T>, T>.Read(ReadOnlySpan<T> source) => new(source[0], source[1], source[2], source[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IState<State4<T>, T>.Write(Span<T> destination)
    {
        destination[0] = X;
        destination[1] = Y;
        destination[2] = Z;
        destination[3] = W;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State4<T> IState<State4<T>, T>.MultiplyAdd(T weight, State4<T> x, State4<T> sum) => new(StateVectors.MultiplyAdd(weight, x._components, sum._components));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State4<T> IState<State4<T>, T>.Add(State4<T> x, State4<T> y) => new(x._components + y._components);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IState<State4<T>, T>.IsFinite(State4<T> x) => StateVectors.IsFinite(x._components);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IState<State4<T>, T>.SumOfSquares(State4<T> even, State4<T> odd, State4<T> before, State4<T> after, T absolute, T relative)
    {
        Vector256<T> squares = StateVectors.Squares(even._components + odd._components, before._components, after._components, absolute, relative);
        return squares[0] + squares[1] + (squares[2] + squares[3]);
    }
}
