namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>The Oregonator, a model of the Belousov-Zhabotinskii reaction: R. J. Field, R. M. Noyes (1974); Hairer, Wanner II, IV.10.</summary>
/// <remarks>Reference values: the Test Set for IVP Solvers (F. Mazzia, C. Magherini, Bari), by RADAU at a tolerance of 1.1e-18; recomputed in 113-bit arithmetic.</remarks>
internal sealed class Oregonator() : StiffProblem("oregonator", [1, 2, 3], 360, [0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3], 1)
{
    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        dz[0] = 77.27 * (z[1] + (z[0] * (1 - (8.375e-6 * z[0]) - z[1])));
        dz[1] = (z[2] - ((1 + z[0]) * z[1])) / 77.27;
        dz[2] = 0.161 * (z[0] - z[2]);
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        Span<double> j = destination.Values;
        j[0] = 77.27 * (1 - (2 * 8.375e-6 * z[0]) - z[1]);
        j[1] = 77.27 * (1 - z[0]);
        j[3] = -z[1] / 77.27;
        j[4] = -(1 + z[0]) / 77.27;
        j[5] = 1 / 77.27;
        j[6] = 0.161;
        j[8] = -0.161;
    }
}
