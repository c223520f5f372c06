namespace NeuralOde.Solvers;

/// <summary>A solve that did not reach the last output time.</summary>
public sealed class OdeSolveException : Exception
{
    internal OdeSolveException(SolveResult result)
        : base(result.ToString()) => Result = result;

    /// <summary>How and where the solve ended.</summary>
    public SolveResult Result { get; }

    /// <summary>The reason.</summary>
    public SolveStatus Status => Result.Status;
}
