using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralOde.Vectors;

namespace NeuralOde.Solvers;

/// <summary>A state of one component, or its derivative.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="X">The first component.</param>
public readonly record struct State1<T>(T X) : IState<State1<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Read where the arithmetic is: a property would make the compiler copy the state each time, more often than it cares to.
    private readonly T _x = X;

    /// <summary>The first component.</summary>
    public T X => _x;

    static int IState<State1<T>, T>.Length => 1;

    /// <summary>Makes a vector field that is compiled into the loop over the steps.</summary>
    /// <typeparam name="TField">Type of the function; a structure.</typeparam>
    /// <param name="field">Function.</param>
    /// <returns>The field.</returns>
    public static InlinedField<T, State1<T>, TField> Field<TField>(TField field)
        where TField : struct, IStateField<State1<T>> => new(field);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State1<T> IState<State1<T>, T>.Read(ReadOnlySpan<T> source) => new(source[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IState<State1<T>, T>.Write(Span<T> destination)
    {
        destination[0] = X;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State1<T> IState<State1<T>, T>.MultiplyAdd(T weight, State1<T> x, State1<T> sum) => new(FusedArithmetic.MultiplyAdd(weight, x._x, sum._x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static State1<T> IState<State1<T>, T>.Add(State1<T> x, State1<T> y) => new(x._x + y._x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IState<State1<T>, T>.IsFinite(State1<T> x) => x._x - x._x == T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IState<State1<T>, T>.SumOfSquares(State1<T> even, State1<T> odd, State1<T> before, State1<T> after, T absolute, T relative)
        => FewComponents.Square(even._x + odd._x, before._x, after._x, absolute, relative);
}
