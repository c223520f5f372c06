namespace NeuralOde.Solvers;

/// <summary>The 3(2) pair of Bogacki and Shampine.</summary>
/// <remarks>
/// Order 3 · embedded order 2 · 4 stages, the last shared with the next step · dense output: cubic Hermite, order 3, once continuously differentiable ·
/// P. Bogacki, L. F. Shampine, "A 3(2) pair of Runge–Kutta formulas", <i>Applied Mathematics Letters</i> 2 (1989).
/// Good for loose tolerances (relative 1e-3 and looser).
/// </remarks>
public sealed class Bosh3() : ExplicitRungeKutta("bosh3", s_coefficients)
{
    // Dense weights: b_i (3θ² − 2θ³), and the slopes θ(1 − θ)² at the start and θ²(θ − 1) at the end.
    private static readonly ButcherTableau s_coefficients = new(
        order: 3,
        a: [[], [1.0 / 2], [0, 3.0 / 4], [2.0 / 9, 1.0 / 3, 4.0 / 9]],
        b: [2.0 / 9, 1.0 / 3, 4.0 / 9, 0],
        c: [0, 1.0 / 2, 3.0 / 4, 1],
        denseOrder: 3,
        dense:
        [
            [1, -4.0 / 3, 5.0 / 9],
            [0, 1, -2.0 / 3],
            [0, 4.0 / 3, -8.0 / 9],
            [0, -1, 1],
        ],
        embeddedOrder: 2,
        errorWeights: [-5.0 / 72, 1.0 / 12, 1.0 / 9, -1.0 / 8]);
}
