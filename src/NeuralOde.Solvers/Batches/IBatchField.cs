using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>The right-hand side of many problems at once, one in each lane: component by component, so that vectors of lanes can be used.</summary>
/// <remarks>
/// Called from several threads at once, so it must not write to memory of its own. A lane's derivative may depend on that lane alone: then a problem's
/// solution has the same bits whatever is solved beside it. <see cref="BatchField"/> makes one of a function of one problem.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IBatchField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the field does not look at <see cref="LaneBlock{T}.Times"/>, which are then not computed.</summary>
    /// <value><see langword="false"/> by default.</value>
    bool IsAutonomous => false;

    /// <summary>Writes the derivatives of all lanes. Lanes that are not active hold finite or other values that do not matter.</summary>
    /// <param name="lanes">Times, states and parameters, and the destination.</param>
    void Evaluate(in LaneBlock<T> lanes);
}
