using System.Numerics;

namespace NeuralOde.Solvers;

/// <summary>A solve that did not reach the last output time.</summary>
public sealed class OdeSolveException : NeuralOdeException
{
    private readonly object? _partial;

    /// <summary>Reports a failed solve.</summary>
    /// <param name="result">How and where it ended.</param>
    /// <param name="context">What the solve was for, put before the reason; nothing by default.</param>
    public OdeSolveException(SolveResult result, string context = "")
        : base(context + result.Problem, result.Advice) => Result = result;

    internal OdeSolveException(SolveResult result, object partial)
        : this(result) => _partial = partial;

    /// <summary>How and where the solve ended.</summary>
    public SolveResult Result { get; }

    /// <summary>How the solve ended: why it failed.</summary>
    public SolveStatus Reason => Result.Status;

    /// <summary>What was solved before the failure, as <see cref="OdeOptions.ThrowOnFailure"/> off would have returned it.</summary>
    /// <typeparam name="T">The number type of the solve.</typeparam>
    /// <returns>The solution, or <see langword="null"/> where the failed call was not one of <see cref="Ode"/>'s in this number type.</returns>
    public OdeSolution<T>? PartialSolution<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _partial as OdeSolution<T>;
}
