namespace NeuralOde.Sensitivities;

/// <summary>Why a gradient is not to be trusted, though it was computed.</summary>
public enum GradientWarningReason
{
    /// <summary>The state that was integrated backward in time went astray from the one that was stored.</summary>
    ReverseFlow,

    /// <summary>The steps do not resolve the gradient, though they resolve the state.</summary>
    StepsTooLong,

    /// <summary>The gradient, or the loss's gradient that it starts from, is not finite.</summary>
    NotFinite,
}

/// <summary>Says that a gradient was computed, but is not what the loss's derivative is, or was not before the library took another way.</summary>
/// <param name="Reason">What kind of fault it is.</param>
/// <param name="Problem">What is wrong, as whole sentences.</param>
/// <param name="Advice">What to do, as whole sentences.</param>
/// <param name="Size">The relative size of what is wrong.</param>
public sealed record GradientWarning(GradientWarningReason Reason, string Problem, string Advice, double Size)
{
    /// <summary>The problem and the advice.</summary>
    /// <returns>Whole sentences.</returns>
    public override string ToString() => $"{Problem} {Advice}";
}
