namespace NeuralOde.Solvers;

/// <summary>The leapfrog (two-step midpoint) method, <c>z_{n+1} = z_{n−1} + 2h f(t_n, z_n)</c>.</summary>
/// <remarks>
/// Order 2 · no error estimate: needs <see cref="FixedSteps"/> · 1 stage · stable on oscillations to hω = 1, on decays not at all ·
/// dense output: quadratic, order 2 · reversible · the first step is of <see cref="Midpoint"/>; where the step changes by r = h/h_previous, the formula is
/// <c>z_{n+1} = (1 − r²) z_n + r² z_{n−1} + h (1 + r) f(t_n, z_n)</c>, of order 2 too · Hairer, Nørsett, Wanner I, III.1 (Nyström's method, equation (1.13')) and III.5.
/// </remarks>
public sealed class LeapfrogMidpoint() : ReversibleMethod("leapfrog")
{
    internal override Stepper<T> CreateStepper<T>(int stateLength, int quadratureLength) => new LeapfrogStepper<T>(stateLength, quadratureLength);
}
