namespace NeuralOde.Solvers;

/// <summary>Parts of an <see cref="OdeProblem{T}"/> that change what is solved, so that a method must know of them.</summary>
[Flags]
public enum ProblemParts
{
    /// <summary>The field alone.</summary>
    None = 0,

    /// <summary><see cref="OdeProblem{T}.MassMatrix"/>.</summary>
    MassMatrix = 1,

    /// <summary><see cref="OdeProblem{T}.StiffField"/>.</summary>
    StiffField = 2,
}
