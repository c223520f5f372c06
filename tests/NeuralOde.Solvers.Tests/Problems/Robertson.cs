namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>Three reactions with rates from 0.04 to 3e7: H. H. Robertson (1966); Hairer, Wanner II, IV.1, equation (1.4).</summary>
/// <remarks>
/// Reference values: linearly implicit Euler extrapolated to order 11 in 113-bit arithmetic at a relative tolerance of 1e-17.
/// At 1e11 they agree with the Test Set for IVP Solvers (F. Mazzia, C. Magherini, Bari) (0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050) to 1e-13.
/// </remarks>
internal class Robertson(string name, double end, double[] reference, double floor) : StiffProblem(name, [1, 0, 0], end, reference, floor)
{
    public Robertson(double end)
        : this(
            end == 1e5 ? "robertson-1e5" : "robertson-1e11",
            end,
            end switch
            {
                1e5 => [1.78659211420994649712e-2, 7.27475146843631877316e-8, 9.82134006110385850666e-1],
                1e11 => [2.08334014970129423618e-8, 8.33336077033478342307e-14, 9.99999979166515169379e-1],
                _ => throw new ArgumentOutOfRangeException(nameof(end), end, "There are reference values at 1e5 and 1e11."),
            },
            1e-8)
    {
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        double first = 0.04 * z[0], second = 1e4 * z[1] * z[2], third = 3e7 * z[1] * z[1];
        dz[0] = second - first;
        dz[1] = first - second - third;
        dz[2] = third;
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        Span<double> j = destination.Values;
        double third = 6e7 * z[1];
        j[0] = -0.04;
        j[1] = 1e4 * z[2];
        j[2] = 1e4 * z[1];
        j[3] = 0.04;
        j[4] = (-1e4 * z[2]) - third;
        j[5] = -1e4 * z[1];
        j[7] = third;
    }
}
