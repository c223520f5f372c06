namespace NeuralOde.Flows.Divergences;

/// <summary>What the probes of a stochastic divergence are drawn from. Both have mean 0 and unit covariance.</summary>
public enum ProbeNoise
{
    /// <summary>Signs, +1 or −1 with equal probability: the smaller variance. The default.</summary>
    Rademacher,

    /// <summary>Standard normal numbers.</summary>
    Gaussian,
}
