namespace NeuralOde.Solvers;

/// <summary>A solve that did not reach the last output time.</summary>
public sealed class OdeSolveException : Exception
{
    /// <summary>Reports a failed solve.</summary>
    /// <param name="result">How and where it ended.</param>
    /// <param name="context">What the solve was for, put before the reason; nothing by default.</param>
    public OdeSolveException(SolveResult result, string context = "")
        : base(context + result.ToString()) => Result = result;

    /// <summary>How and where the solve ended.</summary>
    public SolveResult Result { get; }

    /// <summary>The reason.</summary>
    public SolveStatus Status => Result.Status;
}
