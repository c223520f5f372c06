namespace NeuralOde.Sensitivities;

/// <summary>A gradient that was computed, but has nothing to do with the loss's derivative.</summary>
public sealed class GradientException : NeuralOdeException
{
    /// <summary>Reports a worthless gradient.</summary>
    /// <param name="fault">What is wrong with it.</param>
    public GradientException(GradientWarning fault)
        : base((fault ?? throw new ArgumentNullException(nameof(fault))).Problem, fault.Advice) => Fault = fault;

    /// <summary>What is wrong with it, and by how much.</summary>
    public GradientWarning Fault { get; }

    /// <summary>What kind of fault it is.</summary>
    public GradientWarningReason Reason => Fault.Reason;
}
