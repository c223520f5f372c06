namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Van der Pol's oscillator with μ = 1000 from (2, 0), not scaled: a little more than one period.</summary>
/// <remarks>
/// Reference values: linearly implicit Euler extrapolated to order 11 in 113-bit arithmetic at a relative tolerance of 1e-17; they agree with those of the Test Set for IVP
/// Solvers (F. Mazzia, C. Magherini, Bari).
/// </remarks>
internal sealed class VanDerPol() : StiffProblem("van-der-pol", [2, 0], 2000, [1.70616773217046500867, -8.92809701024816639599e-4], 1e-3)
{
    private const double Mu = 1000;

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        dz[0] = z[1];
        dz[1] = (Mu * (1 - (z[0] * z[0])) * z[1]) - z[0];
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        Span<double> j = destination.Values;
        j[1] = 1;
        j[2] = (-2 * Mu * z[0] * z[1]) - 1;
        j[3] = Mu * (1 - (z[0] * z[0]));
    }
}
