namespace NeuralOde.Flows.Matching;

/// <summary>Which point of the source a point of the target is paired with.</summary>
public enum Pairing
{
    /// <summary>Any: the two are drawn independently (Lipman et al. 2023; I-CFM of Tong et al. 2023).</summary>
    Independent,

    /// <summary>
    /// The one that the optimal transport between the two batches gives it, by the exact assignment of the least squared distance (OT-CFM of Tong et al. 2023): paths cross less
    /// and are straighter, so that a solve takes fewer steps. The default.
    /// </summary>
    OptimalTransport,
}

/// <summary>The path from a point <c>x₀</c> of the source to its partner <c>x₁</c>, whose velocity the field learns.</summary>
public enum ConditionalPath
{
    /// <summary><c>(1 − t)x₀ + t·x₁ + σε</c> with normal ε, of velocity <c>x₁ − x₀</c> (Tong et al. 2023). For any source. The default.</summary>
    Straight,

    /// <summary>
    /// <c>(1 − (1 − σ)t)x₀ + t·x₁</c>, of velocity <c>x₁ − (1 − σ)x₀</c> (Lipman et al. 2023, equation 22): from a normal source to a normal distribution of deviation σ around x₁.
    /// </summary>
    Narrowing,
}

/// <summary>How a field is trained by flow matching.</summary>
public sealed record FlowMatchingOptions
{
    /// <summary>Which points are paired.</summary>
    /// <value>Default <see cref="Pairing.OptimalTransport"/>.</value>
    public Pairing Pairing { get; init; } = Pairing.OptimalTransport;

    /// <summary>The path between two points of a pair.</summary>
    /// <value>Default <see cref="ConditionalPath.Straight"/>.</value>
    public ConditionalPath Path { get; init; } = ConditionalPath.Straight;

    /// <summary>The path's σ. The distribution that is learned is the target's, blurred by this deviation.</summary>
    /// <value>At least 0; below 1 for <see cref="ConditionalPath.Narrowing"/>. Default 0.</value>
    public double Sigma { get; init; }

    /// <summary>
    /// The exponent k in the times <c>t = 1 − uᵏ</c> with u uniform on (0, 1], at which the field is trained. Above 1 more of them are near the data, where a density is decided;
    /// what is learned stays the same field.
    /// </summary>
    /// <value>Above 0; default 1, uniform times.</value>
    public double TimeExponent { get; init; } = 1;

    internal bool HasNoise => Path == ConditionalPath.Straight && Sigma > 0;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIf(!Enum.IsDefined(Pairing), nameof(Pairing), Pairing, "Points are paired independently or by optimal transport.");
        ArgumentOutOfRangeException.ThrowIf(!Enum.IsDefined(Path), nameof(Path), Path, "A path is straight or narrowing.");
        ArgumentOutOfRangeException.ThrowIf(!(Sigma >= 0 && double.IsFinite(Sigma)), nameof(Sigma), Sigma, "A path's σ is a finite number, at least 0.");
        ArgumentOutOfRangeException.ThrowIf(
            !(TimeExponent > 0 && double.IsFinite(TimeExponent)), nameof(TimeExponent), TimeExponent, "The exponent of the times is a finite number above 0.");
        ArgumentOutOfRangeException.ThrowIf(
            Path == ConditionalPath.Narrowing && Sigma >= 1, nameof(Sigma), Sigma, "The σ of a narrowing path is below 1, the deviation that it starts with.");
    }
}
