namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Prey and predators to t = 15. Reference: Taylor series with 25 digits (mpmath.odefun).</summary>
internal sealed class LotkaVolterra() : SmoothProblem("lotka-volterra", [1, 1], 15, [6.341918388492162930384503, 0.7323209718379375179443657])
{
    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
        => (dz[0], dz[1]) = ((1.5 * z[0]) - (z[0] * z[1]), (z[0] * z[1]) - (3 * z[1]));
}
