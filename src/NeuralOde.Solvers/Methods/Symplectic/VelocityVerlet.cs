namespace NeuralOde.Solvers;

/// <summary>Velocity Verlet (Störmer, leapfrog): half a move of the velocities, one of the positions, half a move of the velocities.</summary>
/// <remarks>
/// Order 2 · no error estimate · 3 moves, the last sharing its derivative with the next step · stable on oscillations to hω = 2 · symmetric, symplectic ·
/// dense output: cubic, order 2 · needs positions and velocities · L. Verlet, <i>Physical Review</i> 159 (1967); Hairer, Lubich, Wanner,
/// <i>Geometric Numerical Integration</i>, I.1.4.
/// </remarks>
public sealed class VelocityVerlet() : SymplecticMethod("verlet", 2, Compose(1));
