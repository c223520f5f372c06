using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>
/// A state of a few components as a value, which the compiler keeps in registers: <see cref="State1{T}"/> to <see cref="State4{T}"/>. Its arithmetic rounds as
/// <see cref="FewComponents"/> does.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IState<TSelf, T>
    where TSelf : struct, IState<TSelf, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Number of components.</summary>
    internal static abstract int Length { get; }

    /// <summary>Takes the components from a span.</summary>
    internal static abstract TSelf Read(ReadOnlySpan<T> source);

    /// <summary>Writes the components into a span.</summary>
    internal void Write(Span<T> destination);

    /// <summary><c>sum + weight · x</c>, rounded once.</summary>
    internal static abstract TSelf MultiplyAdd(T weight, TSelf x, TSelf sum);

    /// <summary><c>x + y</c>.</summary>
    internal static abstract TSelf Add(TSelf x, TSelf y);

    /// <summary>Whether every component is finite.</summary>
    internal static abstract bool IsFinite(TSelf x);

    /// <summary><c>Σ ((even + odd) / (absolute + relative · max(|before|, |after|)))²</c>.</summary>
    internal static abstract T SumOfSquares(TSelf even, TSelf odd, TSelf before, TSelf after, T absolute, T relative);
}
