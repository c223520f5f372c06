namespace NeuralOde.Solvers;

/// <summary>
/// Reversible Heun: <c>ŷ⁺ = 2z − ŷ + h f(t, ŷ)</c>, <c>z⁺ = z + h/2 (f(t, ŷ) + f(t + h, ŷ⁺))</c>.
/// </summary>
/// <remarks>
/// Order 2 · no error estimate: needs <see cref="FixedSteps"/> · 1 stage, shared with the next step · stable on oscillations to hω = 1, on decays not at all ·
/// dense output: quadratic, order 2 · reversible ·
/// P. Kidger, J. Foster, X. Li, T. Lyons, "Efficient and accurate gradients for neural SDEs", NeurIPS 2021 (arXiv 2105.13493), algorithm 1; as in Diffrax.
/// </remarks>
public sealed class ReversibleHeun() : ReversibleMethod("reversible-heun")
{
    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength) => new ReversibleHeunStepper<T>(stateLength, quadratureLength);
}
