using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>Several problems side by side: each component is a span with one element per lane.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly ref struct LaneBlock<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _states;
    private readonly ReadOnlySpan<T> _parameters;
    private readonly Span<T> _derivatives;

    internal LaneBlock(int count, ReadOnlySpan<double> times, ReadOnlySpan<bool> isActive, ReadOnlySpan<T> states, ReadOnlySpan<T> parameters, Span<T> derivatives)
    {
        Count = count;
        Times = times;
        IsActive = isActive;
        _states = states;
        _parameters = parameters;
        _derivatives = derivatives;
    }

    /// <summary>Number of lanes: a multiple of 16, so that whole vectors of any width fit.</summary>
    public int Count { get; }

    /// <summary>Number of parameters of each problem.</summary>
    public int ParameterCount => _parameters.Length / Count;

    /// <summary>Time in each lane, <c>[Count]</c>; without meaning for an autonomous field.</summary>
    public ReadOnlySpan<double> Times { get; }

    /// <summary>Whether a lane holds a problem, <c>[Count]</c>. Others may be computed or left alone.</summary>
    public ReadOnlySpan<bool> IsActive { get; }

    /// <summary>One component of the states.</summary>
    /// <param name="component">Index of the component.</param>
    /// <returns>Its value in each lane, <c>[Count]</c>.</returns>
    public ReadOnlySpan<T> State(int component) => _states.Slice(component * Count, Count);

    /// <summary>One of the parameters.</summary>
    /// <param name="parameter">Index of the parameter.</param>
    /// <returns>Its value in each lane, <c>[Count]</c>.</returns>
    public ReadOnlySpan<T> Parameter(int parameter) => _parameters.Slice(parameter * Count, Count);

    /// <summary>Where one component of the derivatives goes. It holds arbitrary values on entry.</summary>
    /// <param name="component">Index of the component.</param>
    /// <returns>Destination, <c>[Count]</c>.</returns>
    public Span<T> Derivative(int component) => _derivatives.Slice(component * Count, Count);
}
