namespace NeuralOde.Sensitivities;

/// <summary>What counts in the error of a solve of the adjoint backward in time.</summary>
public enum AdjointNorm
{
    /// <summary>State and adjoint. The parameters' gradient is a quadrature that follows their steps (Kidger, Chen, Lyons 2021, arXiv 2009.09457).</summary>
    Seminorm,

    /// <summary>The parameters' gradient too: needed where it changes faster than state and adjoint do, as where a parameter is nearly 0.</summary>
    Full,
}
