namespace NeuralOde.Solvers;

/// <summary>Semi-implicit (symplectic) Euler, <c>v⁺ = v + h a(t, q)</c>, <c>q⁺ = q + h g(t + h, v⁺)</c>.</summary>
/// <remarks>
/// Order 1 · no error estimate · 2 moves · stable on oscillations to hω = 2 · dense output: cubic, order 1 · needs positions and velocities ·
/// R. de Vogelaere (1956); Hairer, Lubich, Wanner, <i>Geometric Numerical Integration</i>, I.1.2 and VI.3.
/// </remarks>
public sealed class SemiImplicitEuler() : SymplecticMethod("semi-implicit-euler", 1, new Move(true, 1), new Move(false, 1));
