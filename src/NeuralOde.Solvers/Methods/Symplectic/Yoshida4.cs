namespace NeuralOde.Solvers;

/// <summary>Three steps of Verlet, of which the middle one goes backward, that make one of order 4.</summary>
/// <remarks>
/// Order 4 · no error estimate · 7 moves, the last sharing its derivative with the next step · stable on oscillations to hω = 1.5 · symmetric, symplectic ·
/// dense output: cubic, order 3 · needs positions and velocities ·
/// H. Yoshida, "Construction of higher order symplectic integrators", <i>Physics Letters A</i> 150 (1990), equation (2.11); E. Forest, R. D. Ruth (1990).
/// The inner steps leave the step at both ends, by a third of its length: the field must be defined there.
/// </remarks>
public sealed class Yoshida4() : SymplecticMethod("yoshida4", 4, Compose(Outer, 1 - (2 * Outer), Outer))
{
    private static readonly double s_outer = 1 / (2 - Math.Cbrt(2));

    private static double Outer => s_outer;
}
