namespace NeuralOde.Solvers.Tests.Problems;

/// <summary>High irradiance response of plants, eight species: E. Schäfer (1975); Hairer, Wanner II, IV.10.</summary>
/// <remarks>
/// Reference values: the Test Set for IVP Solvers (F. Mazzia, C. Magherini, Bari), by RADAU5 in quadruple precision at a tolerance of 1.1e-18; recomputed in 113-bit
/// arithmetic.
/// </remarks>
internal sealed class Hires() : StiffProblem(
    "hires",
    [1, 0, 0, 0, 0, 0, 0, 0.0057],
    321.8122,
    [
        0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
        0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2,
    ],
    1e-3)
{
    public override void Evaluate(double t, ReadOnlySpan<double> z, Span<double> dz)
    {
        double bound = 280 * z[5] * z[7];
        dz[0] = (-1.71 * z[0]) + (0.43 * z[1]) + (8.32 * z[2]) + 0.0007;
        dz[1] = (1.71 * z[0]) - (8.75 * z[1]);
        dz[2] = (-10.03 * z[2]) + (0.43 * z[3]) + (0.035 * z[4]);
        dz[3] = (8.32 * z[1]) + (1.71 * z[2]) - (1.12 * z[3]);
        dz[4] = (-1.745 * z[4]) + (0.43 * z[5]) + (0.43 * z[6]);
        dz[5] = -bound + (0.69 * z[3]) + (1.71 * z[4]) - (0.43 * z[5]) + (0.69 * z[6]);
        dz[6] = bound - (1.81 * z[6]);
        dz[7] = -dz[6];
    }

    public override void Evaluate(double t, ReadOnlySpan<double> z, SquareMatrix<double> destination)
    {
        Span<double> j = destination.Values;
        (j[0], j[1], j[2]) = (-1.71, 0.43, 8.32);
        (j[8], j[9]) = (1.71, -8.75);
        (j[18], j[19], j[20]) = (-10.03, 0.43, 0.035);
        (j[25], j[26], j[27]) = (8.32, 1.71, -1.12);
        (j[36], j[37], j[38]) = (-1.745, 0.43, 0.43);
        (j[43], j[44], j[45], j[46], j[47]) = (0.69, 1.71, (-280 * z[7]) - 0.43, 0.69, -280 * z[5]);
        (j[53], j[54], j[55]) = (280 * z[7], -1.81, 280 * z[5]);
        (j[61], j[62], j[63]) = (-280 * z[7], 1.81, -280 * z[5]);
    }
}
