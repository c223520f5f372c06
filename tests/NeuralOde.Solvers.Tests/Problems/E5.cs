namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Problem E5 of STIFF DETEST, four species of magnitudes from 1e-3 to 1e-25: W. H. Enright, T. E. Hull, B. Lindberg (1975); Hairer, Wanner II, IV.10.</summary>
/// <remarks>Reference values: the Test Set for IVP Solvers (F. Mazzia, C. Magherini, Bari).</remarks>
internal sealed class E5() : StiffProblem("e5", [1.76e-3, 0, 0, 0], 1e13, [0.1152903278711829e-290, 0.8867655517642120e-22, 0.8854814626268838e-22, 0], 1e-22)
{
    private const double A = 7.89e-10, B = 1.1e7, C = 1.13e3, M = 1e6;

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        double first = A * z[0], second = B * z[0] * z[2], third = M * C * z[1] * z[2], fourth = C * z[3];
        dz[0] = -first - second;
        dz[1] = first - third;
        dz[2] = first - second - third + fourth;
        dz[3] = second - fourth;
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        Span<double> j = destination.Values;
        double b = B * z[2], m2 = M * C * z[2], m1 = M * C * z[1];
        (j[0], j[2]) = (-A - b, -B * z[0]);
        (j[4], j[5], j[6]) = (A, -m2, -m1);
        (j[8], j[9], j[10], j[11]) = (A - b, -m2, (-B * z[0]) - m1, C);
        (j[12], j[14], j[15]) = (b, B * z[0], -C);
    }
}
