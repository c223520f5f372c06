namespace NeuralOde.Flows.Divergences;

/// <summary>Why a divergence cannot be computed.</summary>
public enum DivergenceReason
{
    /// <summary>The products of an exact divergence take more memory than there is.</summary>
    TooLarge,
}

/// <summary>A divergence that cannot be computed.</summary>
public sealed class DivergenceException : NeuralOdeException
{
    /// <summary>Describes the failure.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="problem">What is wrong, as whole sentences.</param>
    /// <param name="advice">What to do, as whole sentences.</param>
    public DivergenceException(DivergenceReason reason, string problem, string advice)
        : base(problem, advice) => Reason = reason;

    /// <summary>Why.</summary>
    public DivergenceReason Reason { get; }
}
