namespace NeuralOde.Solvers;

/// <summary>A solve that did not reach the last output time.</summary>
public sealed class OdeSolveException : NeuralOdeException
{
    /// <summary>Reports a failed solve.</summary>
    /// <param name="result">How and where it ended.</param>
    /// <param name="context">What the solve was for, put before the reason; nothing by default.</param>
    public OdeSolveException(SolveResult result, string context = "")
        : base(context + result.Problem, result.Advice) => Result = result;

    /// <summary>How and where the solve ended.</summary>
    public SolveResult Result { get; }

    /// <summary>How the solve ended: why it failed.</summary>
    public SolveStatus Reason => Result.Status;
}
