namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>
/// Problem E5 of STIFF DETEST, four species whose magnitudes lie ten powers of ten apart: W. H. Enright, T. E. Hull, B. Lindberg (1975); Hairer, Wanner II, IV.10.
/// </summary>
/// <remarks>
/// Reference values: linearly implicit Euler extrapolated to order 11 in 113-bit arithmetic at relative tolerances of 1e-16 and 1e-17, which agree to 15 digits. Solved to
/// 1e5, not to 1e13 as in some test sets:
/// z_1 = z_2 + z_3, so that in double precision the round-off of what was 1e-10 leaves no more than three digits of the 1e-22 there.
/// </remarks>
internal sealed class E5() : StiffProblem(
    "e5",
    [1.76e-3, 0, 0, 0],
    1e5,
    [7.48132082242922201218e-6, 2.37347815612059749560e-12, 2.21235866895816635956e-12, 1.61119487162431136039e-13],
    1e-13)
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
