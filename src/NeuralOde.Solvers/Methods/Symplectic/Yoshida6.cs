namespace NeuralOde.Solvers;

/// <summary>Seven steps of Verlet, of which two go backward, that make one of order 6.</summary>
/// <remarks>
/// Order 6 · no error estimate · 15 moves, the last sharing its derivative with the next step · symmetric, symplectic ·
/// dense output: cubic, order 3 · needs positions and velocities ·
/// H. Yoshida, <i>Physics Letters A</i> 150 (1990), table 1, solution A; digits as in Hairer, Lubich, Wanner, <i>Geometric Numerical Integration</i>, V.3.2, equation (3.11).
/// The inner steps leave the step at both ends, by less than half of its length: the field must be defined there.
/// </remarks>
public sealed class Yoshida6() : SymplecticMethod("yoshida6", 6, Compose(First, Second, Third, 1 - (2 * (First + Second + Third)), Third, Second, First))
{
    private const double First = 0.78451361047755726382;
    private const double Second = 0.23557321335935813368;
    private const double Third = -1.17767998417887100695;
}
