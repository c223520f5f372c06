namespace NeuralOde.Solvers;

/// <summary>
/// The asynchronous leapfrog method: with a velocity v beside the state, <c>u = f(t + h/2, z + h/2 v)</c>, <c>z⁺ = z + h u</c>, <c>v⁺ = 2u − v</c>.
/// </summary>
/// <remarks>
/// Order 2 · no error estimate: needs <see cref="FixedSteps"/> · 1 stage · stable on oscillations to hω = 2, on decays not at all ·
/// dense output: quadratic, order 2 · reversible · U. Mutze, "An asynchronous leapfrog method II", arXiv 1311.6602; J. Zhuang et al., "MALI",
/// ICLR 2021 (arXiv 2102.04668), algorithm 2 with η = 1.
/// </remarks>
public sealed class AsynchronousLeapfrog() : ReversibleMethod("alf")
{
    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength) => new AsynchronousLeapfrogStepper<T>(stateLength, quadratureLength);
}
