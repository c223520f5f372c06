using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>A field that brings a loop over steps into which it is compiled.</summary>
internal interface IInlinedField<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Number of components of the state.</summary>
    int Length { get; }

    /// <summary>Takes steps until the end, or until something happens that only the loop for all methods knows how to deal with: that attempt is not counted.</summary>
    void Advance(ref InlinedSolve<T> solve, ref OutputPlan<T> outputs);
}
